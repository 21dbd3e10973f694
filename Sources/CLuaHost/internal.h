// What the files of this target share. Only they may include lua.h.
#ifndef CLH_INTERNAL_H
#define CLH_INTERNAL_H

#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>

#include "CLuaHost.h"

#if LUA_VERSION_NUM != 504
#error "written for Lua 5.4"
#endif

// Marks functions that may leave by longjmp: call them only with C frames below, up to a protected call.
#define CLH_JUMPS
// Marks the calls, in functions that are not obviously Lua C functions.
#define MAY_JUMP(call) call

// One hook call for this many instructions when counting; a slice is over after SLICE_COUNT of them.
#define CLH_HOOK_COUNT 1000
#define CLH_SLICE_COUNT 1000000
// What code may take that runs after its task ended, all of it together: `__close` handlers, `__tostring` of the error. The
// time is the thread's own, so that a busy machine does not cut handlers short, and is given once a second: a thousand tasks
// that end together share it, and each then has CLH_GRACE_LEAST instructions.
#define CLH_GRACE_COUNT 1000000
#define CLH_GRACE_LEAST 1000
#define CLH_GRACE_NANOSECONDS 50000000
#define CLH_GRACE_WINDOW 1000000000
// What a resumed coroutine counts for: a short one may never reach the hook.
#define CLH_RESUME_COUNT 100
// The most that is kept of a memory limit for handling the error; of a small limit a sixteenth.
#define CLH_MEMORY_RESERVE (256 << 10)
// So much work in C, in instructions, piles up before it is looked at: some ten microseconds.
#define CLH_WORK_COUNT 4096

typedef struct clh_allocator {
  size_t used, limit;
  size_t reserve;    // the part of the limit that is kept for what handles a memory error
  int refusals;      // in a row; Lua asks twice before it raises
  uint64_t refused;  // all of them
  bool pressed;      // a memory error was raised: the reserve may be used
  uint64_t count, fail_at, fail_count;
  int nofail;   // > 0: note that the limit was passed instead of refusing
  bool over;
} clh_allocator;

typedef struct clh_block {
  const void *address;
  size_t size;
} clh_block;

typedef struct clh_type_member {
  char *key;
  const void *function;
  int how;  // CLH_CALL_…, or -1 for a field
} clh_type_member;

typedef struct clh_type {
  char *name;
  int32_t flags;
  clh_method call;  // without a function: cannot be called
  clh_type_member *members;
  size_t member_count;
} clh_type;

typedef struct clh_path_step {
  const void *table;
  clh_value key;
} clh_path_step;

struct clh_vm {
  lua_State *L;
  clh_allocator alloc;
  clh_callbacks callbacks;
  clh_limits limits;

  clh_out out;
  clh_value *in;
  size_t in_count, in_capacity, in_bytes;
  clh_path_step *path;
  bool no_memory;                    // why the last reading failed
  uint32_t depth, reference_depth;   // tables from reference_depth on are not copied but referred to

  uint64_t *released;
  size_t released_count, released_capacity;
  int64_t objects_left;            // to be made before a collection is due
  clh_type *types;
  size_t type_count;

  clh_task *task;                  // being stepped
  lua_State *volatile running;     // the coroutine that runs now; the slice timer's handler reads it
  lua_State *calling;              // the coroutine whose host call is being served
  int host_yield;                  // why the coroutine that just yielded did so; 0 = the script itself
  int blocked;                     // > 0: some coroutine below cannot be yielded across
  const char *stack_base;          // where the C stack was when Swift called
  bool refused_in_handler;             // a message handler wanted to wait
  volatile sig_atomic_t slice_over;   // set by the timer: time to look
  volatile sig_atomic_t ticks;        // of the timer in this slice; the first may come at once
  bool counting, ticking;             // with a permanent count hook; with a timer
  uint64_t instructions, slice_start; // of the run; when the slice began
  uint64_t work;                      // done in C and not yet charged to `instructions`
  int64_t running_time;               // nanoseconds of the run before this slice
  int64_t slice_began, deadline;      // on the monotonic clock; deadline 0 = no limit of time
  uint64_t printed;                   // bytes of the run
  // Grace: script code runs after the end of its task, unable to wait.
  bool in_grace, grace_over;
  int64_t grace_left, grace_window, grace_deadline, grace_spent;
  clh_block *hashes;                  // the large hash parts of tables, see flood.c
  size_t hash_count, hash_capacity;
  uint64_t chance;
  bool warns;                         // after warn("@on")
  FILE *standard_output;              // what io.stdout writes to; NULL without io
  char message[512];
  char caller[LUA_IDSIZE];
};

struct clh_task {
  clh_vm *vm;
  lua_State *co;
  int reference;
  clh_flag *flag;
  int arguments, results, status, answer;
  int failure;                  // the status with which the body ended, if not well
  int kill, limit, exit_code;
  uint64_t burst;               // instructions since the last wait
  int64_t burst_time;           // nanoseconds since the last wait, before this slice
  int64_t rethrown;
  // Where it failed or was ended, noted while the stack stood.
  bool placed;
  int error_line;
  char *error_message, *error_traceback;
  char error_source[LUA_IDSIZE];
};

struct clh_flag {
  atomic_int set;
  clh_flag *parent;
};

static inline clh_vm *clh_vm_of(lua_State *L) { return *(clh_vm **)lua_getextraspace(L); }
// What a full collection counts for, in instructions; it visits everything.
static inline uint64_t clh_collection_cost(const clh_vm *vm) { return vm->alloc.used / 16; }
// Whether an error that arrived at a catcher is the end of the task. `was_in_grace`: the catcher was called in grace, so that the
// error is one of a handler's own.
static inline bool clh_is_doomed(const clh_vm *vm, bool was_in_grace) {
  return vm->in_grace && (!was_in_grace || vm->grace_over);
}
static inline bool clh_can_yield(lua_State *L, const clh_vm *vm) { return !vm->blocked && lua_isyieldable(L); }

// state.c
int clh_protect(clh_vm *vm, lua_CFunction f, void *argument);
void clh_say(clh_vm *vm, const char *format, ...) __attribute__((format(printf, 2, 3)));
extern const char clh_modules_key, clh_loading_key, clh_cache_key, clh_types_key, clh_next_key;
CLH_JUMPS int clh_raise_memory(lua_State *L);
CLH_JUMPS void clh_check_memory(lua_State *L, clh_vm *vm);
CLH_JUMPS void clh_need_stack(lua_State *L, int count, const char *problem);
CLH_JUMPS bool clh_find_stack(lua_State *L, lua_State *of, int count);
bool clh_certain_stack(lua_State *L, int count);

// flood.c
#define CLH_HASH_LEAST (24 << 13)  // bytes: smaller blocks need not be shown to these
bool clh_is_flooded(clh_vm *vm, size_t size);
void clh_note_hash(clh_vm *vm, const void *address, size_t size);
void clh_forget_hash(clh_vm *vm, const void *address, size_t size);

// values_in.c: never raise while clh_vm.alloc.nofail > 0
void clh_read_begin(clh_vm *vm, uint32_t reference_depth);
bool clh_read(clh_vm *vm, lua_State *L, int index, bool lenient);
void clh_read_abandon(clh_vm *vm, lua_State *L);

// values_out.c
static inline void clh_out_clear(clh_vm *vm) {
  clh_out *out = &vm->out;
  if (out->count == 0 && !out->failed) return;
  if (out->count != 1 || out->failed || out->values[0].kind >= CLH_TABLE || out->length > 4096) {
    clh_out_reset(vm);
  } else {
    out->count = out->length = 0;
  }
}
CLH_JUMPS void clh_push(lua_State *L, clh_vm *vm, size_t *at);
CLH_JUMPS int clh_push_all(lua_State *L, clh_vm *vm);

// objects.c
CLH_JUMPS void clh_push_object(lua_State *L, clh_vm *vm, clh_value *value);
void clh_release(clh_vm *vm, uint64_t handle);
bool clh_object_handle(lua_State *L, int index, uint64_t *handle);

// call.c
#define CLH_NO_MEMORY (-1)  // for clh_answer: memory ran out before Swift could be asked
CLH_JUMPS int clh_answer(lua_State *L, clh_vm *vm, int code);
const void *clh_host_function(lua_State *L, int index);

// await.c
CLH_JUMPS int clh_refuse_await(lua_State *L);

// traceback.c
#define CLH_TRACEBACK_SIZE 16384
bool clh_library_name(lua_State *co, char *buffer, size_t size);
void clh_traceback(clh_vm *vm, lua_State *co, int level, char *buffer, size_t size);

CLH_JUMPS void clh_push_function(lua_State *L, const void *function, int how);
#define CLH_COPY_ALL UINT32_MAX

// hook.c
void clh_hook(lua_State *L, lua_Debug *ar);
void clh_grace_begin(clh_vm *vm, clh_task *task);
void clh_grace_end(clh_vm *vm);
void clh_enter(clh_vm *vm, lua_State *co);
void clh_leave(clh_vm *vm, lua_State *L);
void clh_charge_resume(clh_vm *vm);
void clh_slice_begin(clh_vm *vm);
void clh_slice_end(clh_vm *vm);
bool clh_slice_is_over(const clh_vm *vm);
bool clh_account(lua_State *L, clh_vm *vm, uint64_t steps);
void clh_book_work(clh_vm *vm);
bool clh_stop(clh_vm *vm, int kill, int detail);
void clh_begin_unwinding(clh_vm *vm);
void clh_unwound(clh_vm *vm);
CLH_JUMPS int clh_end_task(lua_State *L);
CLH_JUMPS void clh_count_output(lua_State *L, size_t bytes);
bool clh_is_end_mark(lua_State *L, int index);
bool clh_died_in_hook(lua_State *co);

// ticker.c
bool clh_timer_usable(void);
bool clh_ticks_begin(clh_vm *vm);
void clh_ticks_end(void);

// error.c
void clh_note_place(clh_task *task, lua_State *L, int level);
CLH_JUMPS int clh_note_error(lua_State *L);

// charge.c: for whatever C does for a script without end, or with an end that the script sets.
CLH_JUMPS void clh_charge_now(lua_State *L);
bool clh_should_pause(lua_State *L);
CLH_JUMPS int clh_pause(lua_State *L, lua_KContext context, lua_KFunction k);
// Charges the task for `steps`, each worth an instruction. Ends it if it is cancelled or over a limit.
CLH_JUMPS static inline void clh_charge(lua_State *L, uint64_t steps) {
  clh_vm *vm = clh_vm_of(L);
  vm->work += steps;
  if (vm->work >= CLH_WORK_COUNT) clh_charge_now(L);
}

// library_string.c, library_table.c: leave the library's table on the stack
CLH_JUMPS void clh_open_string(lua_State *L);
CLH_JUMPS void clh_open_table(lua_State *L);
CLH_JUMPS lua_Integer clh_table_measure(lua_State *L);
CLH_JUMPS int clh_table_sort(lua_State *L);

// coroutine.c, protect.c
CLH_JUMPS int clh_open_coroutine(lua_State *L);
bool clh_passes_yields(lua_CFunction f);
bool clh_is_message_handler(lua_CFunction f);
bool clh_is_task_body(lua_CFunction f);
void clh_close_chain(clh_vm *vm, lua_State *co);
CLH_JUMPS int clh_pcall(lua_State *L);
CLH_JUMPS int clh_xpcall(lua_State *L);

// library.c, library_os.c, library_debug.c, library_io.c, output.c
CLH_JUMPS void clh_open_library(lua_State *L);
CLH_JUMPS int clh_open_os(lua_State *L);
CLH_JUMPS int clh_exit(lua_State *L);
CLH_JUMPS int clh_setlocale(lua_State *L);
CLH_JUMPS int clh_open_debug(lua_State *L);
CLH_JUMPS int clh_open_io(lua_State *L);
void clh_flush_io(clh_vm *vm);
void clh_close_io(clh_vm *vm);
CLH_JUMPS int clh_print(lua_State *L);
CLH_JUMPS int clh_warn(lua_State *L);

// signals.c
void clh_hold_signals(void);
CLH_JUMPS void clh_wrap_starter(lua_State *L, const char *name);

// load.c: text only. clh_load_text leaves the function or a message; what ends the task meanwhile arrives as an error, see
// clh_is_doomed.
CLH_JUMPS int clh_load_text(lua_State *L, const char *bytes, size_t length, const char *name);
CLH_JUMPS int clh_load(lua_State *L);
CLH_JUMPS int clh_loadfile(lua_State *L);
CLH_JUMPS int clh_dofile(lua_State *L);

// require.c
CLH_JUMPS int clh_require(lua_State *L);
CLH_JUMPS void clh_open_package(lua_State *L);

#endif
