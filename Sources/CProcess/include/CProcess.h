#ifndef CPROCESS_H
#define CPROCESS_H

/*
 * What a process says about itself to the C library, where Swift's view of that library has no names for it.
 */

/* Lets the allocator keep at most so many heaps. By default it is up to eight for each core, and each keeps reserves of its own. */
void slip_limit_arenas(int count);

/*
 * Gives memory of at least that many bytes back to the system as soon as it is freed. By default the limit rises with what is freed, up to 32 MiB;
 * buffers of half a MiB, made and freed by the thousand, then leave holes in the heaps that are several times what is used.
 */
void slip_return_from(int size);

#endif
