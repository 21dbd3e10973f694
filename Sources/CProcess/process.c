#include "CProcess.h"

#include <malloc.h>

void slip_limit_arenas(int count) { mallopt(M_ARENA_MAX, count); }
