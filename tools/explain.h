/* SPDX-License-Identifier: MIT */
/*
 * tools/explain.h - what to do when an environment cannot be opened.
 */
#ifndef CARAFE_TOOLS_EXPLAIN_H
#define CARAFE_TOOLS_EXPLAIN_H

#include <carafe/status.h>

/* A sentence without a full stop: what is wrong, and what to do. */
const char *explain(carafe_status status);

#endif
