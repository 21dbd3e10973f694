// Tracebacks as Lua writes them, except that host functions have the name they were declared with.
#include "internal.h"

#include <stdarg.h>
#include <stdio.h>

// How many calls of the innermost and of the outermost end are shown.
#define INNERMOST 10
#define OUTERMOST 11

typedef struct text {
  char *bytes;
  size_t length, size;
} text;

static void add(text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(text *t, const char *format, ...) {
  va_list list;
  va_start(list, format);
  int n = vsnprintf(t->bytes + t->length, t->size - t->length, format, list);
  va_end(list);
  if (n > 0) t->length += (size_t)n < t->size - t->length ? (size_t)n : t->size - t->length - 1;
}

// Looks for the function under the table on top, among so many entries that a script's own cannot make it slow.
static const char *find_name(lua_State *co) {
  int left = 500;
  lua_pushnil(co);
  while (left-- && lua_next(co, -2)) {
    if (lua_type(co, -2) == LUA_TSTRING && lua_rawequal(co, -1, -4)) {
      const char *name = lua_tostring(co, -2);  // stays, since it is a key
      lua_pop(co, 2);
      return name;
    }
    lua_pop(co, 1);
  }
  if (left < 0) lua_pop(co, 1);
  return NULL;
}

// The names of Lua's library functions, which may have been called by another one. The function is on top.
static bool add_library_name(text *t, lua_State *co) {
  static const char *const libraries[] = {"string", "table", "math", "utf8", "coroutine", "os", "io", "debug", NULL};
  int top = lua_gettop(co);
  lua_pushglobaltable(co);
  const char *library = NULL, *name = find_name(co);
  for (const char *const *l = libraries; !name && *l; l++) {
    lua_pushstring(co, library = *l);
    if (lua_rawget(co, top + 1) == LUA_TTABLE) {
      lua_pushvalue(co, top);
      lua_insert(co, -2);
      name = find_name(co);
    }
    lua_settop(co, top + 1);
  }
  lua_settop(co, top);
  if (!name) return false;
  add(t, "%s%s%s", library ? library : "", library ? "." : "", name);
  return true;
}

// Writes the name of the function on top, as messages put it; false if it has none by itself.
bool clh_library_name(lua_State *co, char *buffer, size_t size) {
  text t = {buffer, 0, size};
  return add_library_name(&t, co);
}

// One line; `M` is a state with room on its stack, which that of `co` may not have.
static void add_call(text *t, clh_vm *vm, lua_State *co, lua_State *M, lua_Debug *ar) {
  lua_getinfo(co, "Slnt", ar);
  int top = lua_gettop(M);
  lua_getinfo(M, "f", ar);
  bool is_c = *ar->what == 'C';
  if (clh_is_task_body(lua_tocfunction(M, -1))) {
    lua_settop(M, top);
    return;
  }
  if (is_c) {
    add(t, "\n\t[C]: in ");
  } else if (ar->currentline > 0) {
    add(t, "\n\t%s:%d: in ", ar->short_src, ar->currentline);
  } else {
    add(t, "\n\t%s: in ", ar->short_src);
  }
  const void *function = clh_host_function(M, -1);
  char name[128] = "?";
  if (function) {
    vm->callbacks.name(vm->callbacks.context, function, name, sizeof name);
    add(t, "host function '%s'", name);
  } else if (is_c && clh_library_name(M, name, sizeof name)) {
    add(t, "function '%s'", name);
  } else if (*ar->namewhat) {
    add(t, "%s '%s'", ar->namewhat, ar->name);
  } else if (*ar->what == 'm') {
    add(t, "main chunk");
  } else if (!is_c) {
    add(t, "function <%s:%d>", ar->short_src, ar->linedefined);
  } else {
    add(t, "?");
  }
  if (ar->istailcall) add(t, "\n\t(...tail calls...)");
  lua_settop(M, top);
}

static int count_levels(lua_State *co) {
  lua_Debug ar;
  int low = 1, high = 1;
  while (lua_getstack(co, high, &ar)) {
    low = high;
    high *= 2;
  }
  while (low < high) {
    int middle = (low + high) / 2;
    if (lua_getstack(co, middle, &ar)) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return high;
}

// Writes the calls of a coroutine from a level on, innermost first. Runs protected on the main state, in a no-fail window.
void clh_traceback(clh_vm *vm, lua_State *co, int level, char *buffer, size_t size) {
  text t = {buffer, 0, size};
  lua_Debug ar;
  add(&t, "stack traceback:");
  luaL_checkstack(vm->L, 12, NULL);
  int levels = lua_getstack(co, 0, &ar) ? count_levels(co) : 0, left_out = levels - level - INNERMOST - OUTERMOST;
  for (int shown = 0; level < levels && lua_getstack(co, level, &ar); level++, shown++) {
    if (shown == INNERMOST && left_out > 0) {
      add(&t, "\n\t...\t(skipping %d levels)", left_out);
      level += left_out - 1;
      continue;
    }
    add_call(&t, vm, co, vm->L, &ar);
  }
}
