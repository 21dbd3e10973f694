// Describing why a task failed, while its stack still stands.
#include "internal.h"

#include <stdlib.h>
#include <string.h>

typedef struct report {
  clh_task *task;
  clh_error *error;
} report;

static char *keep(const char *bytes, size_t length) {
  char *copy = malloc(length + 1);
  if (copy) memcpy(copy, bytes, length), copy[length] = 0;
  return copy;
}

static void push_value(lua_State *L, clh_task *task) {
  if (!lua_checkstack(task->co, 2)) luaL_error(L, "stack overflow");
  lua_pushvalue(task->co, -1);
  lua_xmove(task->co, L, 1);
}

static int take_reference(lua_State *L) {
  report *r = lua_touserdata(L, 1);
  push_value(L, r->task);
  if (r->task->rethrown) {
    lua_rawgeti(L, LUA_REGISTRYINDEX, r->task->rethrown);
    r->error->rethrown = lua_rawequal(L, -1, -2);
    lua_pop(L, 1);
  }
  r->error->raised_nil = lua_isnil(L, -1);
  if (r->error->raised_nil) return 0;
  r->error->reference = luaL_ref(L, LUA_REGISTRYINDEX);
  return 0;
}

static int take_traceback(lua_State *L) {
  report *r = lua_touserdata(L, 1);
  (void)L;
  char text[CLH_TRACEBACK_SIZE];
  size_t length = clh_traceback(r->task->vm, r->task->co, text, sizeof text);
  r->task->error_traceback = keep(text, length);
  r->error->traceback_length = r->task->error_traceback ? length : 0;
  return 0;
}

static const char *message_of(lua_State *L, size_t *length) {
  switch (lua_type(L, -1)) {
    case LUA_TSTRING: return lua_tolstring(L, -1, length);
    case LUA_TNIL: lua_pushliteral(L, "the error value is nil (error was called without a message)"); break;
    case LUA_TTABLE:
      if (luaL_getmetafield(L, -1, "__tostring") == LUA_TNIL) {
        lua_pushliteral(L, "message");
        if (lua_rawget(L, -2) == LUA_TSTRING) break;
        lua_pop(L, 1);
        lua_pushliteral(L, "the error value is a table without a message");
        break;
      }
      lua_pop(L, 1);
      luaL_tolstring(L, -1, NULL);
      break;
    case LUA_TUSERDATA: luaL_tolstring(L, -1, NULL); break;
    default: {
      const char *type = luaL_typename(L, -1), *text = luaL_tolstring(L, -1, NULL);
      lua_pushfstring(L, "the error value is a %s: %s", type, text);
    }
  }
  return lua_tolstring(L, -1, length);
}

static int take_message(lua_State *L) {
  report *r = lua_touserdata(L, 1);
  push_value(L, r->task);
  size_t length;
  const char *text = message_of(L, &length);
  r->task->error_message = keep(text, length);
  r->error->message_length = length;
  return 0;
}

static void find_place(clh_task *task, clh_error *error) {
  lua_Debug ar;
  error->line = -1;
  for (int level = 0; lua_getstack(task->co, level, &ar); level++) {
    lua_getinfo(task->co, "Sl", &ar);
    if (ar.currentline <= 0) continue;
    memcpy(task->error_source, ar.short_src, sizeof task->error_source);
    error->source = task->error_source;
    error->line = ar.currentline;
    return;
  }
}

// Replaces a message that could not be made. The reason is clh_message.
static void replace_message(clh_task *task, clh_error *error) {
  const char *text = task->kill ? "the error value's __tostring took too long" : task->vm->message;
  task->error_message = keep(text, strlen(text));
  error->message_length = task->error_message ? strlen(text) : 0;
}

void clh_task_error(clh_task *task, clh_error *error) {
  clh_vm *vm = task->vm;
  report r = {task, error};
  *error = (clh_error){.line = -1};
  free(task->error_message);
  free(task->error_traceback);
  task->error_message = task->error_traceback = NULL;
  bool syntax = task->status == LUA_ERRSYNTAX;
  error->status = syntax ? CLH_ERROR_SYNTAX : CLH_ERROR_RUNTIME;

  vm->alloc.nofail++;  // the limit is lifted a little, else a script out of memory could not be described
  clh_protect(vm, take_reference, &r);
  if (!syntax) {
    find_place(task, error);
    clh_protect(vm, take_traceback, &r);
  }
  vm->alloc.nofail--;

  // Script code may run here, under the memory limit and a budget.
  clh_grace_begin(vm, task);
  if (clh_protect(vm, take_message, &r) != LUA_OK) replace_message(task, error);
  task->kill = CLH_KILL_NONE;
  clh_grace_end(vm);

  vm->alloc.nofail++;
  int top = lua_gettop(task->co);
  clh_read_begin(vm, CLH_COPY_ALL);
  if (clh_read(vm, task->co, top, true)) {
    error->value = vm->in;
  } else {
    clh_read_abandon(vm, task->co);
  }
  lua_settop(task->co, top);
  vm->alloc.nofail--;
  vm->alloc.over = false;

  error->message = task->error_message ? task->error_message : clh_memory_text;
  if (!task->error_message) error->message_length = strlen(clh_memory_text);
  error->traceback = task->error_traceback ? task->error_traceback : "";
  if (task->status == LUA_ERRMEM || strcmp(error->message, clh_memory_text) == 0) error->status = CLH_ERROR_MEMORY;
}
