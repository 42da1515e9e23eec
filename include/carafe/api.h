/* SPDX-License-Identifier: MIT */
/*
 * api.h - how a public declaration of Carafe is written.
 *
 * Nothing here is called by a program; the other headers need it.
 *
 * CARAFE_API marks a function that libcarafe exports.  Everything else is compiled with hidden
 * visibility, so a function without the mark cannot become part of the ABI by accident.
 * CARAFE_BEGIN_DECLS and CARAFE_END_DECLS give the declarations C linkage in C++.
 */
#ifndef CARAFE_API_H
#define CARAFE_API_H

#if defined(__GNUC__)
#define CARAFE_API __attribute__((__visibility__("default")))
#else
#define CARAFE_API
#endif

#ifdef __cplusplus
#define CARAFE_BEGIN_DECLS extern "C" {
#define CARAFE_END_DECLS }
#else
#define CARAFE_BEGIN_DECLS
#define CARAFE_END_DECLS
#endif

#endif
