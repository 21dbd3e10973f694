#include "CProcess.h"

#include <malloc.h>

void slip_limit_arenas(int count) { mallopt(M_ARENA_MAX, count); }

void slip_return_from(int size) { mallopt(M_MMAP_THRESHOLD, size); }
