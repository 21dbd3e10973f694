// The state: allocator, opening, closing, protected calls from outside.
#include "internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char clh_modules_key, clh_loading_key, clh_cache_key, clh_types_key, clh_next_key;
const char *const clh_memory_text = "not enough memory";

// A part of the limit is for what comes after a memory error: `__close` handlers, messages, tracebacks. Lua collects and asks again
// before it raises, so after the second refusal in a row the reserve is open, until enough is free again.
static bool is_too_much(clh_allocator *a, size_t wanted) {
  if (!a->limit) return false;
  if (a->pressed && wanted + 2 * a->reserve < a->limit) a->pressed = false;
  if (wanted <= (a->pressed ? a->limit : a->limit - a->reserve)) {
    a->refusals = 0;
    return false;
  }
  if (!a->nofail && ++a->refusals >= 2) a->pressed = true;
  return true;
}

// Lua now collects all it can; a script at its limit would do so without end.
static void *refuse(clh_vm *vm) {
  vm->alloc.refused++;
  vm->work += clh_collection_cost(vm);
  return NULL;
}

// Lua calls a finalizer once: one that fails for lack of memory is lost, and what it was to release with it. All are ours and take
// next to nothing. Lua answers so only then.
static bool is_in_finalizer(const clh_vm *vm) { return vm->L && lua_gc(vm->L, LUA_GCCOUNT) < 0; }

static void *allocate(void *context, void *block, size_t old, size_t size) {
  clh_vm *vm = context;
  clh_allocator *a = &vm->alloc;
  bool untyped = block || old == 0;  // without a block `old` is a type tag, 0 for parts of tables
  if (!block) old = 0;
  if (size == 0) {
    a->used -= old;
    if (old >= CLH_HASH_LEAST) clh_forget_hash(vm, block, old);
    free(block);
    return NULL;
  }
  if (size > old) {
    a->count++;
    bool fails = a->fail_at && a->count >= a->fail_at && a->count < a->fail_at + a->fail_count;
    if (fails | is_too_much(a, a->used - old + size)) {
      if (!a->nofail && !is_in_finalizer(vm)) return refuse(vm);
      a->over = true;
    }
    if (size >= CLH_HASH_LEAST && untyped && !a->nofail && clh_is_flooded(vm, size)) return refuse(vm);
  }
  if (old >= CLH_HASH_LEAST) clh_forget_hash(vm, block, old);
  void *result = realloc(block, size);
  if (!result) {
    a->refused += size > old;
    if (size > old) return NULL;
    result = block;
  }
  if (size >= CLH_HASH_LEAST && untyped) clh_note_hash(vm, result, size);
  a->used += size - old;
  return result;
}

static int panic(lua_State *L) {
  const char *text = lua_type(L, -1) == LUA_TSTRING ? lua_tostring(L, -1) : "an error outside of a protected call";
  fwrite("Lua panic: ", 1, 11, stderr);
  fwrite(text, 1, strlen(text), stderr);
  fwrite("\n", 1, 1, stderr);
  abort();
}

static void add_table(lua_State *L, const void *key, const char *mode) {
  lua_newtable(L);
  if (mode) {
    lua_createtable(L, 0, 1);
    lua_pushstring(L, mode);
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
  }
  lua_rawsetp(L, LUA_REGISTRYINDEX, key);
}

// Texts that Lua itself makes where nothing catches a memory error: kept, so that making them never allocates.
static void keep_texts(lua_State *L) {
  static const char *const texts[] = {"cannot resume dead coroutine", "cannot resume non-suspended coroutine",
                                      "C stack overflow", "error in error handling"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    lua_pushstring(L, texts[i]);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &texts[i]);
  }
}

// Lua makes the metatable of long buffers on first use; where memory runs out in the middle of that, it stays half made for good.
static void make_buffer_metatable(lua_State *L) {
  luaL_Buffer buffer;
  luaL_buffinitsize(L, &buffer, LUAL_BUFFERSIZE + 1);
  luaL_pushresultsize(&buffer, 0);
  lua_pop(L, 1);
}

static int set_up(lua_State *L) {
  keep_texts(L);
  make_buffer_metatable(L);
  add_table(L, &clh_modules_key, NULL);
  add_table(L, &clh_loading_key, NULL);
  add_table(L, &clh_cache_key, "v");
  add_table(L, &clh_types_key, NULL);
  clh_open_library(L);
  return 0;
}

clh_vm *clh_open(const clh_callbacks *callbacks, const clh_limits *limits, uint64_t fail_at, uint64_t fail_count) {
  clh_vm *vm = calloc(1, sizeof *vm);
  if (!vm) return NULL;
  vm->callbacks = *callbacks;
  vm->limits = *limits;
  vm->alloc.limit = limits->memory;
  vm->alloc.reserve = limits->memory / 16 < CLH_MEMORY_RESERVE ? limits->memory / 16 : CLH_MEMORY_RESERVE;
  vm->alloc.fail_at = fail_at;
  vm->alloc.fail_count = fail_count;
  vm->ticking = !limits->counting && clh_timer_usable();
  vm->counting = !vm->ticking || limits->instructions || limits->burst_instructions;
  vm->chance = (uintptr_t)vm;
  vm->in_capacity = 64;
  vm->in = malloc(vm->in_capacity * sizeof *vm->in);
  vm->path = malloc((limits->depth + 1) * sizeof *vm->path);
  vm->L = vm->in && vm->path && clh_out_grow(&vm->out, 64) ? lua_newstate(allocate, vm) : NULL;
  if (vm->L) {
    *(clh_vm **)lua_getextraspace(vm->L) = vm;
    lua_atpanic(vm->L, panic);
    if (clh_protect(vm, set_up, NULL) == LUA_OK) {
      // Before any coroutine exists, since they inherit it.
      if (vm->counting) lua_sethook(vm->L, clh_hook, LUA_MASKCOUNT, CLH_HOOK_COUNT);
      return vm;
    }
  }
  clh_close(vm);
  return NULL;
}

void clh_set_context(clh_vm *vm, void *context) { vm->callbacks.context = context; }

void clh_close(clh_vm *vm) {
  if (vm->L) lua_close(vm->L);
  clh_close_io(vm);
  for (size_t i = 0; i < vm->type_count; i++) {
    for (size_t m = 0; m < vm->types[i].member_count; m++) free(vm->types[i].members[m].key);
    free(vm->types[i].members);
    free(vm->types[i].name);
  }
  free(vm->types);
  free(vm->released);
  free(vm->in);
  free(vm->path);
  free(vm->hashes);
  free(vm->out.values);
  free(vm->out.bytes);
  free(vm);
}

// Runs `f` on the main state with `argument` as a light userdata. Nothing stays on the stack; a message is kept.
int clh_protect(clh_vm *vm, lua_CFunction f, void *argument) {
  lua_State *L = vm->L;
  int top = lua_gettop(L);
  if (!lua_checkstack(L, LUA_MINSTACK)) {
    clh_say(vm, "%s", clh_memory_text);
    return LUA_ERRMEM;
  }
  lua_pushcfunction(L, f);
  lua_pushlightuserdata(L, argument);
  int status = lua_pcall(L, 1, 0, 0);
  if (status != LUA_OK) {
    bool text = lua_type(L, -1) == LUA_TSTRING;
    clh_say(vm, "%s", text ? lua_tostring(L, -1) : "an error that is not a text");
  }
  lua_settop(L, top);
  return status;
}

void clh_say(clh_vm *vm, const char *format, ...) {
  va_list list;
  va_start(list, format);
  vsnprintf(vm->message, sizeof vm->message, format, list);
  va_end(list);
}

CLH_JUMPS int clh_raise_memory(lua_State *L) {
  lua_pushstring(L, clh_memory_text);  // without a position, as Lua's own
  return lua_error(L);
}

// After a no-fail window: raises if the limit was passed and a collection does not help.
CLH_JUMPS void clh_check_memory(lua_State *L, clh_vm *vm) {
  if (!vm->alloc.over) return;
  vm->alloc.over = false;
  lua_gc(L, LUA_GCCOLLECT);
  if (vm->alloc.limit && vm->alloc.used > vm->alloc.limit - vm->alloc.reserve) clh_raise_memory(L);
  if (vm->alloc.fail_at) clh_raise_memory(L);
}

// Room on a stack that may be short of memory, or too deep: `false` means the latter.
CLH_JUMPS bool clh_find_stack(lua_State *L, lua_State *of, int count) {
  uint64_t refused = clh_vm_of(L)->alloc.refused;
  if (lua_checkstack(of, count)) return true;
  if (clh_vm_of(L)->alloc.refused != refused) clh_raise_memory(L);
  return false;
}

// As luaL_checkstack, but a lack of memory is called so.
CLH_JUMPS void clh_need_stack(lua_State *L, int count, const char *problem) {
  if (!clh_find_stack(L, L, count)) luaL_error(L, "stack overflow (%s)", problem);
}

// Room for a few values, even where memory has run out.
bool clh_certain_stack(lua_State *L, int count) {
  clh_vm *vm = clh_vm_of(L);
  vm->alloc.nofail++;
  bool has_room = lua_checkstack(L, count);
  vm->alloc.nofail--;
  return has_room;
}

const char *clh_message(const clh_vm *vm) { return vm->message; }
size_t clh_memory_used(const clh_vm *vm) { return vm->alloc.used; }
uint64_t clh_instructions_used(const clh_vm *vm) { return vm->instructions; }
int64_t clh_running_time(const clh_vm *vm) { return vm->running_time; }
uint64_t clh_output_used(const clh_vm *vm) { return vm->printed; }
void clh_reset_usage(clh_vm *vm) {
  vm->instructions = vm->slice_start = vm->printed = 0;
  vm->running_time = 0;
}
uint64_t clh_allocation_count(const clh_vm *vm) { return vm->alloc.count; }
bool clh_is_counting(const clh_vm *vm) { return vm->counting; }
const char *clh_lua_release(void) { return LUA_RELEASE; }

void clh_fail_allocation(clh_vm *vm, uint64_t at, uint64_t count) {
  vm->alloc.count = 0;
  vm->alloc.fail_at = at;
  vm->alloc.fail_count = count;
}
