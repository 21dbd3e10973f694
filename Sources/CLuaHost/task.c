// Tasks: one coroutine each, anchored in the registry; stepped by Swift. Nothing stays on the main stack between steps.
#include "internal.h"

#include <stdlib.h>
#include <string.h>

clh_flag *clh_flag_new(clh_flag *parent) {
  clh_flag *flag = calloc(1, sizeof *flag);
  if (flag) flag->parent = parent;
  return flag;
}
void clh_flag_set(clh_flag *flag) { atomic_store_explicit(&flag->set, 1, memory_order_release); }
bool clh_flag_is_set(const clh_flag *flag) {
  for (; flag; flag = flag->parent)
    if (atomic_load_explicit(&flag->set, memory_order_acquire)) return true;
  return false;
}
void clh_flag_free(clh_flag *flag) { free(flag); }

// The outermost function of each task. The script's own runs under protection inside it, so that `__close` handlers run inside the
// coroutine after an error that nobody caught: they may wait, and their errors take the place of the first.
static int body_done(lua_State *L, int status, lua_KContext context) {
  (void)context;
  if (status == LUA_OK || status == LUA_YIELD) return lua_gettop(L) - 1;
  clh_vm_of(L)->task->failure = status;
  return 1;
}

static int body(lua_State *L) {
  lua_pushcfunction(L, clh_note_error);
  lua_insert(L, 1);
  return body_done(L, lua_pcallk(L, lua_gettop(L) - 2, LUA_MULTRET, 1, 0, body_done), 0);
}

bool clh_is_task_body(lua_CFunction f) { return f == body; }

static int make_coroutine(lua_State *L) {
  clh_task *task = lua_touserdata(L, 1);
  lua_State *co = lua_newthread(L);
  lua_pushcfunction(co, body);
  task->reference = luaL_ref(L, LUA_REGISTRYINDEX);
  task->co = co;
  return 0;
}

clh_task *clh_task_new(clh_vm *vm, clh_flag *flag) {
  clh_task *task = calloc(1, sizeof *task);
  if (!task) return NULL;
  task->vm = vm;
  task->flag = flag;
  if (clh_protect(vm, make_coroutine, task) == LUA_OK) return task;
  free(task);
  return NULL;
}

int32_t clh_task_load(clh_task *task, const char *source, size_t length, const char *chunk_name) {
  lua_settop(task->co, 1);
  task->status = clh_load_text(task->co, source, length, chunk_name);
  return task->status == LUA_OK ? CLH_DONE : CLH_ERROR;
}

bool clh_task_load_reference(clh_task *task, int64_t reference) {
  lua_rawgeti(task->co, LUA_REGISTRYINDEX, reference);
  return true;
}

static int move_arguments(lua_State *L) {
  clh_task *task = lua_touserdata(L, 1);
  int count = clh_push_all(L, task->vm);
  if (!clh_find_stack(L, task->co, count + 5)) return luaL_error(L, "too many arguments");
  lua_xmove(L, task->co, count);
  task->arguments = count;
  return 0;
}

bool clh_task_arguments(clh_task *task) { return clh_protect(task->vm, move_arguments, task) == LUA_OK; }

int32_t clh_task_step(clh_task *task, int32_t answer) {
  clh_vm *vm = task->vm;
  int count = task->arguments;
  task->arguments = 0;
  task->answer = answer;
  vm->task = task;
  vm->running = task->co;
  if (lua_status(task->co) == LUA_OK) count++;  // the body's own argument: the function
  vm->host_yield = vm->blocked = vm->alloc.nofail = 0;
  vm->refused_in_handler = false;
  vm->stack_base = __builtin_frame_address(0);
  clh_slice_begin(vm);
  task->status = lua_resume(task->co, vm->L, count, &task->results);
  clh_slice_end(vm);
  clh_unwound(vm);
  clh_book_work(vm);
  vm->running = NULL;
  vm->task = NULL;
  int why = vm->host_yield;
  vm->host_yield = 0;
  if (task->kill) return CLH_KILLED;
  if (task->status == LUA_YIELD && why) {
    lua_pop(task->co, task->results);
    if (why == CLH_AWAIT) task->burst = 0, task->burst_time = 0;
    return why;
  }
  if (task->status == LUA_OK && task->failure) task->status = task->failure;
  if (task->status == LUA_YIELD) {  // only a C function of somebody else could
    lua_settop(task->co, 0);
    lua_pushliteral(task->co, "attempt to yield from outside a coroutine");
    task->status = LUA_ERRRUN;
  }
  return task->status == LUA_OK ? CLH_DONE : CLH_ERROR;
}

void clh_task_kill(clh_task *task) {
  clh_vm *vm = task->vm;
  if (vm->task != task || vm->in_grace || task->kill) return;
  task->kill = CLH_KILL_CANCEL;
  if (vm->running) lua_sethook(vm->running, clh_hook, LUA_MASKCOUNT, 1);  // else it would go on until the slice is over
}

int32_t clh_task_kill_reason(const clh_task *task) { return task->kill; }
int32_t clh_task_limit(const clh_task *task) { return task->limit; }
int32_t clh_task_exit_code(const clh_task *task) { return task->exit_code; }
void clh_task_mark_rethrown(clh_task *task, int64_t reference) { task->rethrown = reference; }

int32_t clh_task_results(clh_task *task, bool lenient, bool by_reference, const clh_value **values, int32_t *count) {
  clh_vm *vm = task->vm;
  lua_State *co = task->co;
  int top = lua_gettop(co), first = top - task->results + 1;
  bool ok = true;
  vm->alloc.nofail++;
  clh_read_begin(vm, by_reference ? 0 : CLH_COPY_ALL);
  for (int i = first; ok && i <= top; i++) ok = clh_read(vm, co, i, lenient);
  if (!ok) clh_read_abandon(vm, co);
  lua_settop(co, top);
  vm->alloc.nofail--;
  vm->alloc.over = false;
  *values = vm->in;
  *count = task->results;
  return ok ? CLH_DONE : CLH_ERROR;
}

void clh_task_free(clh_task *task) {
  clh_vm *vm = task->vm;
  if (lua_status(task->co) != LUA_OK) {
    clh_grace_begin(vm, task);
    clh_close_chain(vm, task->co);
    clh_grace_end(vm);
  } else {
    lua_settop(task->co, 0);
  }
  if (clh_certain_stack(vm->L, 4)) luaL_unref(vm->L, LUA_REGISTRYINDEX, task->reference);
  free(task->error_message);
  free(task->error_traceback);
  free(task);
}
