/* SPDX-License-Identifier: MIT */
/*
 * core/object.h - making and freeing objects.
 *
 * An object is made and freed by one KCAS that also makes or removes what refers to it, so there
 * are no half-made objects and no reference counts to repair.  It lives while refs is not 0 or its
 * queue is not empty.
 *
 * What happens if a process dies here: the KCAS is whole or not at all.
 */
#ifndef CF_OBJECT_H
#define CF_OBJECT_H

#include <carafe/status.h>

#include "core/kcas.h"
#include "core/thread.h"
#include "core/type.h"

/*
 * Adds to changes what makes a free object into one with one reference.  *object is that object
 * once the KCAS has succeeded.  PENDING: look again; INSUFFICIENT_RESOURCES: all are in use;
 * DISK_FULL: no memory for more.
 */
carafe_status cf_object_change_make(struct cf_self *self, const struct cf_birth *birth,
				    struct cf_changes *changes, struct cf_object **object);

/*
 * Adds what drops one reference, and frees the object if that was its last tie.  False: look again.
 */
bool cf_object_change_drop(struct cf_self *self, struct cf_object *object,
			   struct cf_changes *changes);

/*
 * Adds what frees an object, whose refs is 0 or made so by the same KCAS, that nothing else refers
 * to.
 */
bool cf_object_change_free(struct cf_self *self, const struct cf_view *view,
			   struct cf_changes *changes);

#endif
