// table.sort: quicksort with the median of three as its pivot, each comparison charged.
#include "internal.h"

#include <limits.h>

// Partitions from this size on get a pivot by chance once they have turned out lopsided.
#define LARGE 100

// Whether the value at index `a` is to stand before that at `b`.
CLH_JUMPS static bool before(lua_State *L, int a, int b) {
  clh_charge(L, 1);
  if (lua_isnil(L, 2)) {
    // Comparing two long texts takes its time, and they may be equal up to their end.
    if (lua_type(L, a) == LUA_TSTRING && lua_type(L, b) == LUA_TSTRING) {
      size_t length = lua_rawlen(L, a), other = lua_rawlen(L, b);
      clh_charge(L, (length < other ? length : other) >> 3);
    }
    return lua_compare(L, a, b, LUA_OPLT);
  }
  lua_pushvalue(L, 2);
  lua_pushvalue(L, a - 1);
  lua_pushvalue(L, b - 2);
  lua_call(L, 2, 1);
  bool result = lua_toboolean(L, -1);
  lua_pop(L, 1);
  return result;
}

// Sets t[i] to the top of the stack and t[k] to what is below it.
CLH_JUMPS static void set_pair(lua_State *L, lua_Unsigned i, lua_Unsigned k) {
  lua_seti(L, 1, (lua_Integer)i);
  lua_seti(L, 1, (lua_Integer)k);
}

// Puts t[i] and t[k], i < k, into order. Answers whether that was a change.
CLH_JUMPS static bool order(lua_State *L, lua_Unsigned i, lua_Unsigned k) {
  lua_geti(L, 1, (lua_Integer)i);
  lua_geti(L, 1, (lua_Integer)k);
  bool change = before(L, -1, -2);
  if (change) {
    set_pair(L, i, k);
  } else {
    lua_pop(L, 2);
  }
  return change;
}

CLH_JUMPS static int invalid_order(lua_State *L) { return luaL_error(L, "invalid order function for sorting"); }

// Splits low…high, whose ends and pivot t[high - 1] are in order; the pivot is on the top of the stack. Answers where it
// belongs, having put it there.
CLH_JUMPS static lua_Unsigned split(lua_State *L, lua_Unsigned low, lua_Unsigned high) {
  lua_Unsigned i = low, k = high - 1;
  for (;;) {
    // The ends stop both scans. A scan that passes them follows an order that contradicts itself.
    while (lua_geti(L, 1, (lua_Integer)++i), before(L, -1, -2)) {
      if (i == high - 1) invalid_order(L);
      lua_pop(L, 1);
    }
    while (lua_geti(L, 1, (lua_Integer)--k), before(L, -3, -1)) {
      if (k < i) invalid_order(L);
      lua_pop(L, 1);
    }
    if (k < i) break;
    set_pair(L, i, k);
  }
  lua_pop(L, 1);  // t[k]; t[i] and the pivot stay
  lua_geti(L, 1, (lua_Integer)high - 1);
  lua_insert(L, -2);
  set_pair(L, high - 1, i);
  lua_pop(L, 1);
  return i;
}

CLH_JUMPS static void sort(lua_State *L, lua_Unsigned low, lua_Unsigned high, lua_Unsigned chance) {
  while (low < high) {
    order(L, low, high);
    if (high - low == 1) return;
    lua_Unsigned size = high - low, middle = low + size / 2;
    if (chance && size > LARGE) middle = low + size / 4 + chance % (size / 2);
    if (!order(L, low, middle)) order(L, middle, high);
    if (size == 2) return;
    lua_geti(L, 1, (lua_Integer)middle);
    lua_pushvalue(L, -1);
    lua_geti(L, 1, (lua_Integer)high - 1);
    set_pair(L, middle, high - 1);
    lua_Unsigned place = split(L, low, high), smaller;
    // The smaller part by recursion, which so is at most 31 deep; the larger by going on.
    if (place - low < high - place) {
      smaller = place - low;
      sort(L, low, place - 1, chance);
      low = place + 1;
    } else {
      smaller = high - place;
      sort(L, place + 1, high, chance);
      high = place - 1;
    }
    if (size / 128 > smaller) chance = chance * 6364136223846793005u + 1442695040888963407u;
  }
}

CLH_JUMPS int clh_table_sort(lua_State *L) {
  lua_Integer size = clh_table_measure(L);
  if (size > 1) {
    luaL_argcheck(L, size < INT_MAX, 1, "array too big");
    if (!lua_isnoneornil(L, 2)) luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    sort(L, 1, (lua_Unsigned)size, 0);
  }
  return 0;
}
