// The Lua state behind an opaque pointer. Swift sees plain values and result codes, never lua.h.
//
// Rules of the border:
// - Nothing declared here raises a Lua error through its caller: every function either cannot raise or runs protected.
// - Callbacks into Swift return a code; C raises or yields after the Swift frame is gone.
// - A VM is used by one thread at a time. Only `clh_flag_set` may be called from any thread.
#ifndef CLUAHOST_H
#define CLUAHOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct clh_vm clh_vm;
typedef struct clh_task clh_task;
typedef struct clh_flag clh_flag;

enum {
  CLH_NIL,
  CLH_BOOLEAN,    // integer 0 or 1
  CLH_INTEGER,
  CLH_NUMBER,
  CLH_STRING,     // bytes, length; in a clh_out `offset` into its bytes instead
  CLH_TABLE,      // length = items of the array part, extra = pairs; items, then key, value, key, value … follow
  CLH_FUNCTION,   // integer = a reference into the registry, see clh_unref
  CLH_OBJECT,     // handle; extra = type number (out only)
  CLH_REFERENCE   // integer = a reference to any Lua value
};

typedef struct clh_value {
  uint32_t kind;
  uint32_t extra;
  union {
    int64_t integer;
    double number;
    const char *bytes;
    uint64_t handle;
    size_t offset;
  };
  size_t length;
} clh_value;

// What Swift hands back: a flat list of values and the bytes of their strings. Owned by the VM.
typedef struct clh_out {
  clh_value *values;
  size_t count, capacity;
  char *bytes;
  size_t length, bytes_capacity;
  bool failed;  // malloc refused: C raises "not enough memory" instead of using it
} clh_out;

bool clh_out_grow(clh_out *out, size_t count);
bool clh_out_bytes(clh_out *out, size_t length);  // room for that many more
bool clh_out_string(clh_out *out, const char *bytes, size_t length);

static inline void clh_out_add(clh_out *out, clh_value value) {
  if (out->count < out->capacity || clh_out_grow(out, 1)) out->values[out->count++] = value;
}
static inline void clh_out_nil(clh_out *out) { clh_out_add(out, (clh_value){.kind = CLH_NIL}); }
static inline void clh_out_boolean(clh_out *out, bool b) {
  clh_out_add(out, (clh_value){.kind = CLH_BOOLEAN, .integer = b});
}
static inline void clh_out_integer(clh_out *out, int64_t i) {
  clh_out_add(out, (clh_value){.kind = CLH_INTEGER, .integer = i});
}
static inline void clh_out_number(clh_out *out, double n) {
  clh_out_add(out, (clh_value){.kind = CLH_NUMBER, .number = n});
}
static inline void clh_out_table(clh_out *out, size_t items, uint32_t pairs) {
  clh_out_add(out, (clh_value){.kind = CLH_TABLE, .extra = pairs, .length = items});
}
static inline void clh_out_reference(clh_out *out, uint32_t kind, int64_t reference) {
  clh_out_add(out, (clh_value){.kind = kind, .integer = reference});
}
static inline void clh_out_object(clh_out *out, uint64_t handle, uint32_t type) {
  clh_out_add(out, (clh_value){.kind = CLH_OBJECT, .extra = type, .handle = handle});
}

// Answers of Swift callbacks.
enum { CLH_RETURN = 0, CLH_RAISE = 1, CLH_PENDING = 2 };

// Operations on an object, for clh_callbacks.object. CLH_REFUSE: a key, or the value for the key that is given, cannot
// cross, as clh_message says.
enum { CLH_GET, CLH_SET, CLH_TOSTRING, CLH_LENGTH, CLH_FIELDS, CLH_REFUSE };

// A call of a Swift function: `count` top-level arguments start at `values`, which Swift may change.
typedef int32_t clh_call(void *context, const void *function, clh_value *values, int32_t count, clh_out *out);

typedef struct clh_callbacks {
  void *context;
  // Calls a declared function. CLH_PENDING: Swift has noted the call and awaits it.
  clh_call *call;
  // Calls a function of CLH_CALL_RAW.
  clh_call *raw;
  // Reads a field, given as it was to clh_add_field.
  int32_t (*field)(void *context, const void *field, uint64_t handle, clh_out *out);
  // An argument (counted from 1) cannot cross, as clh_message says: leaves the error in the out buffer.
  int32_t (*refuse)(void *context, const void *function, int32_t index, clh_out *out);
  // An operation on an object: `values` holds the key (and the new value).
  int32_t (*object)(void *context, int32_t operation, uint64_t handle, const clh_value *values, int32_t count,
                    clh_out *out);
  // Finds a module that is not built in: out is chunk name and source, or the error.
  int32_t (*find_module)(void *context, const char *name, size_t length, clh_out *out);
  void (*print)(void *context, const char *bytes, size_t length);
  // A warning, without "Lua warning: " in front and without a line's end.
  void (*warn)(void *context, const char *bytes, size_t length);
  // A slice is over in a place that cannot yield; Swift may call clh_task_kill.
  void (*tick)(void *context);
  // Writes the null-terminated name of a function, for tracebacks.
  void (*name)(void *context, const void *function, char *buffer, size_t size);
} clh_callbacks;

// What scripts get; bits of clh_limits.sandbox. Without CLH_SANDBOXED a script is trusted.
enum { CLH_SANDBOXED = 1, CLH_ALLOW_IO = 2, CLH_ALLOW_OS = 4 };

typedef struct clh_limits {
  size_t memory;           // bytes; 0 = none
  // 0 = none. Of a run with all its tasks, and of a task since its last wait. A limit of instructions makes tight loops slower.
  uint64_t instructions, burst_instructions;
  int64_t running_time, burst_time;   // nanoseconds inside Lua or a function that answers at once
  uint64_t output;                    // bytes printed by a run
  uint32_t depth;          // nesting of a table that crosses
  size_t values;           // number of values that cross at once
  size_t bytes;            // bytes of all strings that cross at once
  bool counting;           // count instructions instead of using a timer
  uint32_t sandbox;        // CLH_SANDBOXED …
} clh_limits;

// MARK: state

// Makes a VM with the safe library open; NULL when memory ran out. `fail_at`, `fail_count`: see clh_fail_allocation.
clh_vm *clh_open(const clh_callbacks *callbacks, const clh_limits *limits, uint64_t fail_at, uint64_t fail_count);
// The context of the callbacks; to be set before anything of the script runs.
void clh_set_context(clh_vm *vm, void *context);
void clh_close(clh_vm *vm);
size_t clh_memory_used(const clh_vm *vm);
uint64_t clh_instructions_used(const clh_vm *vm);
int64_t clh_running_time(const clh_vm *vm);   // nanoseconds; measured only when time is limited
uint64_t clh_output_used(const clh_vm *vm);
// A new run begins: what was used is forgotten.
void clh_reset_usage(clh_vm *vm);
// Counts bytes that a host function prints for a script; false: they go over the limit, must not be printed, and the task is ended.
bool clh_add_output(clh_vm *vm, size_t bytes);
// For tests: refuses the allocations number `at` to `at + count - 1`, counted from now; 0 = none.
void clh_fail_allocation(clh_vm *vm, uint64_t at, uint64_t count);
uint64_t clh_allocation_count(const clh_vm *vm);
// For tests: a full collection, without refusals, and what is left; how many values the registry holds for Swift and for tasks.
size_t clh_memory_after_collection(clh_vm *vm);
size_t clh_reference_count(clh_vm *vm);
bool clh_is_counting(const clh_vm *vm);
const char *clh_lua_release(void);
extern const char *const clh_memory_text;  // "not enough memory"

// MARK: set-up; false when memory ran out

// How a function is called: with any values, by suspending the coroutine, or by the callback `raw`.
// Bits from 8 up: 1 + the depth from which on tables are passed by reference instead of being copied; 0 = copy all.
enum { CLH_CALL_AT_ONCE, CLH_CALL_WAITING, CLH_CALL_RAW };

typedef struct clh_method {
  const char *key;        // copied
  const void *function;   // given back to clh_callbacks.call
  int how;
} clh_method;

// Adds a function to a built-in module's table; `path` may be dotted. An empty module name means the globals.
bool clh_add_function(clh_vm *vm, const char *module, const char *path, clh_method method);
// Adds the value in the VM's out buffer to a module's table. An empty path makes it the module itself.
bool clh_add_value(clh_vm *vm, const char *module, const char *path);
bool clh_add_module(clh_vm *vm, const char *module);
// Adds plain C functions `add(a, b)`, `echo(s)`, `copy(t)`, `fail(s)`, `counter()`, `bare_counter()` and Lua's own libraries
// (`base`, `coroutine`, `string`, `table`, `utf8`): what is measured and tested against.
bool clh_add_baseline(clh_vm *vm, const char *module);
// Makes and closes a state with Lua's own libraries, as a program without this host would.
bool clh_baseline_state(void);
// Describes an object type. Plain memory only, so that Swift may call it at any time; number = its index, from 0 up.
enum { CLH_TYPE_LENGTH = 1, CLH_TYPE_ERROR = 2 };
bool clh_add_type(clh_vm *vm, uint32_t number, const char *name, int32_t flags, clh_method call);
bool clh_add_method(clh_vm *vm, uint32_t type, clh_method method);
// Adds a field that clh_callbacks.field reads; others are asked for by name, with CLH_GET.
bool clh_add_field(clh_vm *vm, uint32_t type, const char *key, const void *field);

// MARK: values

enum { CLH_NO_REFERENCE = -2 };  // stands for a reference that somebody took

clh_out *clh_out_buffer(clh_vm *vm);   // emptied by clh_out_reset and by every use
void clh_out_reset(clh_vm *vm);
void clh_unref(clh_vm *vm, int64_t reference);
// Lets go of the functions among the arguments of the call being served, if Swift did not take them.
void clh_forget_arguments(clh_vm *vm);
// Handles whose userdata is gone, one entry for each; valid until the next step.
const uint64_t *clh_released(clh_vm *vm, size_t *count);
void clh_clear_released(clh_vm *vm);
size_t clh_released_count(const clh_vm *vm);

// The place of the innermost Lua function under the host call being served; line -1 = none.
// `source` is null-terminated and valid until the next call; `same`: it is that of the call before.
int32_t clh_caller(clh_vm *vm, const char **source, bool *same);
// The context of the callbacks if this thread is inside a callback of that VM, else NULL. Never looks into the VM
// otherwise, so that any thread may ask about a VM that is gone.
void *clh_serving(const clh_vm *vm);

// MARK: globals, by raw access; false: see clh_message

bool clh_get_global(clh_vm *vm, const char *name, const clh_value **value);
bool clh_set_global(clh_vm *vm, const char *name);

// MARK: tasks

enum { CLH_DONE, CLH_ERROR, CLH_AWAIT, CLH_PREEMPTED, CLH_KILLED };
// Why a task was killed: it must not be stepped again, and no `pcall` of the script saw it.
enum { CLH_KILL_NONE, CLH_KILL_CANCEL, CLH_KILL_LIMIT, CLH_KILL_EXIT };
enum {
  CLH_LIMIT_NONE,
  CLH_LIMIT_INSTRUCTIONS,
  CLH_LIMIT_BURST_INSTRUCTIONS,
  CLH_LIMIT_RUNNING_TIME,
  CLH_LIMIT_BURST_TIME,
  CLH_LIMIT_OUTPUT
};

// A flag that outlives its task, so that a cancellation handler may set it from any thread.
// `parent`, which may be NULL and must live as long, counts as this one.
clh_flag *clh_flag_new(clh_flag *parent);
void clh_flag_set(clh_flag *flag);
bool clh_flag_is_set(const clh_flag *flag);
void clh_flag_free(clh_flag *flag);

clh_task *clh_task_new(clh_vm *vm, clh_flag *flag);   // NULL when memory ran out
// Compiles text. CLH_ERROR: see clh_task_error.
int32_t clh_task_load(clh_task *task, const char *source, size_t length, const char *chunk_name);
// Makes the function under a reference what the task runs; false when memory ran out.
bool clh_task_load_reference(clh_task *task, int64_t reference);
// Pushes the out buffer as arguments; false when memory ran out.
bool clh_task_arguments(clh_task *task);
// Runs until the task is done, failed, waits for Swift, or its slice is over. After CLH_AWAIT, `answer` says whether
// the out buffer holds results (CLH_RETURN) or an error (CLH_RAISE).
int32_t clh_task_step(clh_task *task, int32_t answer);
// Cancels the task that is being stepped; called by Swift in a callback. It ends at its next instruction.
void clh_task_kill(clh_task *task);
int32_t clh_task_kill_reason(const clh_task *task);
int32_t clh_task_limit(const clh_task *task);   // which one, after CLH_KILL_LIMIT
int32_t clh_task_exit_code(const clh_task *task);
// Reads the results of a finished task. lenient: cycles and values that cannot cross become short strings.
// CLH_ERROR: message in clh_message.
// by_reference: tables are not copied but referred to.
int32_t clh_task_results(clh_task *task, bool lenient, bool by_reference, const clh_value **values, int32_t *count);
// Ends a task in any state; runs pending `__close` handlers within a small budget, nothing else.
void clh_task_free(clh_task *task);
void clh_task_mark_rethrown(clh_task *task, int64_t reference);

typedef struct clh_error {
  const char *message; size_t message_length;      // made from the value, `__tostring` included, within a budget
  const char *traceback; size_t traceback_length;
  const char *source; int32_t line;                // innermost Lua function; line -1 = none
  int32_t status;                                  // CLH_ERROR_RUNTIME …
  int64_t reference;                               // to the error value; 0 = none
  const clh_value *value;                          // NULL when it cannot cross
  bool raised_nil;                                 // the value is nil
  bool rethrown;                                   // the value marked by clh_task_mark_rethrown
} clh_error;
enum { CLH_ERROR_RUNTIME, CLH_ERROR_SYNTAX, CLH_ERROR_MEMORY };
// Describes why a task failed. Pointers are valid until the next step or clh_task_free.
void clh_task_error(clh_task *task, clh_error *error);

// Where a task was ended by a limit: source, line and traceback of `error`.
void clh_task_place(clh_task *task, clh_error *error);

typedef struct clh_origin {
  const char *source; size_t length;               // the chunk's name, with Lua's leading "@" or "="
  int32_t first_line, last_line;                   // of the definition; 0 for a main chunk
  bool is_native;                                  // written in C or Swift: it has no source
} clh_origin;
// Where a referenced function comes from; false when it is no function. Pointers are valid while the reference is.
bool clh_describe_function(clh_vm *vm, int64_t reference, clh_origin *origin);

// What went wrong in the last call that said so.
const char *clh_message(const clh_vm *vm);

// MARK: threads

// Names the thread, as debuggers and `top -H` show it.
void clh_thread_begin(void);
// Gives back what a thread that ran tasks holds; call before it ends.
void clh_thread_end(void);

#endif
