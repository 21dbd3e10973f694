// Describing why a task failed, while its stack still stands.
#include "internal.h"

#include <stdlib.h>
#include <string.h>

// How long a traceback of handlers that fail one after another may become.
#define TRACEBACK_LIMIT 16384

// What noting an error counts for, in instructions: handlers may fail without end.
#define NOTE_STEPS 2000

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
  if (!clh_certain_stack(task->co, 2)) luaL_error(L, "stack overflow");
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

// MARK: places

typedef struct place {
  clh_task *task;
  lua_State *L;
  int level;
} place;

// The traceback of what runs; below it the one that was noted before, when a handler fails that runs because of an error.
static int take_traceback(lua_State *L) {
  place *p = lua_touserdata(L, 1);
  clh_task *task = p->task;
  char text[CLH_TRACEBACK_SIZE];
  clh_traceback(task->vm, p->L, p->level, text, sizeof text);
  if (task->error_traceback && strlen(task->error_traceback) < TRACEBACK_LIMIT) {
    lua_pushfstring(L, "%s\nwhile closing after an error:\n%s", text, task->error_traceback);
  } else {
    lua_pushstring(L, text);
  }
  size_t length;
  const char *joined = lua_tolstring(L, -1, &length);
  char *kept = keep(joined, length);
  if (!kept) return 0;
  free(task->error_traceback);
  task->error_traceback = kept;
  return 0;
}

static void find_place(clh_task *task, lua_State *L, int level) {
  lua_Debug ar;
  for (; lua_getstack(L, level, &ar); level++) {
    lua_getinfo(L, "Sl", &ar);
    if (ar.currentline <= 0) continue;
    memcpy(task->error_source, ar.short_src, sizeof task->error_source);
    task->error_line = ar.currentline;
    return;
  }
}

// Notes where a task fails or is ended. Works on the main state, whose stack and protected calls are free: it cannot raise, and the
// stack of `L` may be full.
void clh_note_place(clh_task *task, lua_State *L, int level) {
  clh_vm *vm = task->vm;
  place p = {task, L, level};
  task->placed = true;
  task->error_line = -1;
  find_place(task, L, level);
  vm->alloc.nofail++;  // the limit is lifted a little, else a script out of memory could not be described
  clh_protect(vm, take_traceback, &p);
  vm->alloc.nofail--;
}

// The message handler of a task's body.
CLH_JUMPS int clh_note_error(lua_State *L) {
  clh_vm *vm = clh_vm_of(L);
  if (vm->in_grace || clh_is_end_mark(L, 1) || !vm->task) return 1;
  vm->work += NOTE_STEPS;
  clh_note_place(vm->task, L, 1);
  return 1;
}

static void tell_place(clh_task *task, clh_error *error) {
  error->line = -1;
  if (task->placed && task->error_line > 0) {
    error->source = task->error_source;
    error->line = task->error_line;
  }
  error->traceback = task->error_traceback ? task->error_traceback : "";
  error->traceback_length = strlen(error->traceback);
}

void clh_task_place(clh_task *task, clh_error *error) {
  *error = (clh_error){.message = ""};
  tell_place(task, error);
}

// MARK: values

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

// Replaces a message that could not be made. The reason is clh_message.
static void replace_message(clh_task *task, clh_error *error, bool ran_script) {
  const char *text = ran_script && task->vm->grace_over ? "the error value's __tostring took too long" : task->vm->message;
  task->error_message = keep(text, strlen(text));
  error->message_length = task->error_message ? strlen(text) : 0;
}

void clh_task_error(clh_task *task, clh_error *error) {
  clh_vm *vm = task->vm;
  report r = {task, error};
  *error = (clh_error){.line = -1};
  free(task->error_message);
  task->error_message = NULL;
  bool syntax = task->status == LUA_ERRSYNTAX;
  error->status = syntax ? CLH_ERROR_SYNTAX : CLH_ERROR_RUNTIME;

  vm->alloc.nofail++;  // the limit is lifted a little, else a script out of memory could not be described
  clh_protect(vm, take_reference, &r);
  vm->alloc.nofail--;
  if (!task->placed && lua_status(task->co) != LUA_OK) clh_note_place(task, task->co, 0);
  if (!syntax) tell_place(task, error);

  // Script code may run here, if the value is a table, under the memory limit and a budget, which tasks that fail share.
  bool runs_script = lua_type(task->co, -1) == LUA_TTABLE;
  if (runs_script) clh_grace_begin(vm, task);
  if (clh_protect(vm, take_message, &r) != LUA_OK) replace_message(task, error, runs_script);
  if (runs_script) clh_grace_end(vm);

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
  if (!error->traceback) error->traceback = "";
  if (task->status == LUA_ERRMEM || strcmp(error->message, clh_memory_text) == 0) error->status = CLH_ERROR_MEMORY;
}
