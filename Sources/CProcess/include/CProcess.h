#ifndef CPROCESS_H
#define CPROCESS_H

/*
 * What a process says about itself to the C library, where Swift's view of that library has no names for it.
 */

/* Lets the allocator keep at most so many heaps. By default it is up to eight for each core, and each keeps reserves of its own. */
void slip_limit_arenas(int count);

#endif
