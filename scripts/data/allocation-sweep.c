// The C half of the Lua host while one allocation after another fails, without Swift, which valgrind cannot run:
//   scripts/sanitize valgrind [STRIDE]
#include "CLuaHost.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char script[] =
    "local host = require 'host'\n"
    "local m = require 'module'\n"
    "assert(m.list[2] == 'two' and require 'module' == m)\n"
    "local p = host.make()\n"
    "assert(p.field == 7 and p:echo({1, {x = p}})[2].x == p and #p == 3 and tostring(p) == 'thing')\n"
    "assert(host.wait('a', {1})[1] == 1)\n"
    "local ok, e = pcall(host.fail)\n"
    "if e ~= 'failed' then error(e, 0) end\n"
    "local w = coroutine.wrap(function() local c <close> = setmetatable({}, {__close = function() host.echo(1) end})\n"
    "  for i = 1, 5 do coroutine.yield(host.wait(i), ('x'):rep(i * 40)) end end)\n"
    "for i = 1, 5 do local t, x = w() if t[1] ~= 1 or #x ~= i * 40 then error('wrong') end end\n"
    "local s = ('key=value; '):rep(50)\n"
    "local r, n = s:gsub('(%w+)=(%w+)', '%2=%1')\n"
    "assert(n == 50 and #{s:byte(1, 90)} == 90 and select('#', table.unpack({}, 1, 200)) == 200)\n"
    "local t = {}\n"
    "for word in r:gmatch('%a+') do t[#t + 1] = word end\n"
    "table.sort(t, function(a, b) return a > b end)\n"
    "ok, e = xpcall(function() error({table.concat(t)}) end, function(v) return v[1] end)\n"
    "if #e ~= 400 then error(e, 0) end\n"
    "local function deep(n) host.make() collectgarbage() if n > 0 then return 1 + deep(n - 1) end return 0 end\n"
    "assert(deep(12) == 12)\n"
    "local f, why = load('return ...')\n"
    "if not f then error(why, 0) end\n"
    "return f(#t, s)\n";

static uint64_t next_handle = 1;
static size_t live;

static int32_t call(void *context, const void *function, clh_value *values, int32_t count, clh_out *out) {
  const char *name = function;
  clh_vm *vm = *(clh_vm **)context;
  if (strcmp(name, "fail") == 0) {
    clh_out_string(out, "failed", 6);
    return CLH_RAISE;
  }
  if (strcmp(name, "make") == 0) {
    live++;
    clh_out_object(out, next_handle++, 0);
    return CLH_RETURN;
  }
  if (strcmp(name, "wait") == 0) {
    clh_forget_arguments(vm);
    return CLH_PENDING;
  }
  for (int32_t i = 0, at = 0; i < count; i++, at++) {
    if (values[at].kind != CLH_INTEGER) continue;
    clh_out_integer(out, values[at].integer);
    return CLH_RETURN;
  }
  // The table of the script: {1, {x = object}}.
  clh_out_table(out, 2, 0);
  clh_out_integer(out, 1);
  clh_out_table(out, 0, 1);
  clh_out_string(out, "x", 1);
  live++;
  clh_out_object(out, values[0].handle, 0);
  return CLH_RETURN;
}

static int32_t field(void *context, const void *which, uint64_t handle, clh_out *out) {
  (void)context, (void)which, (void)handle;
  clh_out_integer(out, 7);
  return CLH_RETURN;
}

static int32_t refuse(void *context, const void *function, int32_t index, clh_out *out) {
  (void)context, (void)function, (void)index;
  clh_out_string(out, "refused", 7);
  return CLH_RAISE;
}

static int32_t object(void *context, int32_t operation, uint64_t handle, const clh_value *values, int32_t count, clh_out *out) {
  (void)context, (void)handle, (void)values, (void)count;
  if (operation == CLH_LENGTH) clh_out_integer(out, 3);
  if (operation == CLH_TOSTRING) clh_out_string(out, "thing", 5);
  return CLH_RETURN;
}

static int32_t find_module(void *context, const char *name, size_t length, clh_out *out) {
  (void)context, (void)name, (void)length;
  static const char text[] = "local host = require 'host' return {list = {host.wait(1, 'one'), 'two'}}";
  clh_out_string(out, "@module.lua", 11);
  clh_out_string(out, text, sizeof text - 1);
  return CLH_RETURN;
}

static void print(void *context, const char *bytes, size_t length) { (void)context, (void)bytes, (void)length; }

static void tick(void *context) { (void)context; }

static void name_of(void *context, const void *function, char *buffer, size_t size) {
  (void)context;
  snprintf(buffer, size, "host.%s", (const char *)function);
}

static int wrong(const char *what, unsigned long at, const char *text) {
  fprintf(stderr, "allocation %lu: %s: %s\n", at, what, text);
  return 1;
}

// Runs the script; 0 = well, 1 = no memory, 2 = something else, which is said.
static int run(clh_vm *vm, unsigned long at) {
  clh_flag *flag = clh_flag_new(NULL);
  clh_task *task = flag ? clh_task_new(vm, flag) : NULL;
  int outcome = 1;
  if (task) {
    int status = clh_task_load(task, script, sizeof script - 1, "@sweep.lua");
    if (status == CLH_DONE) status = CLH_PREEMPTED;
    while (status == CLH_PREEMPTED || status == CLH_AWAIT) {
      if (status == CLH_AWAIT) {
        clh_out *out = clh_out_buffer(vm);
        clh_out_reset(vm);
        clh_out_table(out, 1, 0);  // what every wait is answered with: {1}
        clh_out_integer(out, 1);
      }
      status = clh_task_step(task, CLH_RETURN);
    }
    if (status == CLH_DONE) {
      outcome = 0;
    } else {
      clh_error error;
      clh_task_error(task, &error);
      if (error.status != CLH_ERROR_MEMORY) outcome = 1 + wrong("failed", at, error.message);
      if (error.reference) clh_unref(vm, error.reference);
    }
    clh_task_free(task);
  }
  clh_flag_free(flag);
  return outcome;
}

static clh_vm *open_vm(clh_vm **place, uint64_t at, uint64_t count) {
  clh_callbacks callbacks = {.context = place, .call = call, .raw = call, .field = field, .refuse = refuse,
                             .object = object, .find_module = find_module, .print = print, .warn = print, .tick = tick,
                             .name = name_of};
  clh_limits limits = {.depth = 200, .values = 1000000, .bytes = 1 << 28, .counting = true};
  clh_vm *vm = clh_open(&callbacks, &limits, at, count);
  if (!(*place = vm)) return NULL;
  bool made = clh_add_type(vm, 0, "thing", CLH_TYPE_LENGTH, (clh_method){0}) && clh_add_field(vm, 0, "field", "field") &&
              clh_add_method(vm, 0, (clh_method){"echo", "echo", CLH_CALL_AT_ONCE});
  static const char *const names[] = {"make", "echo", "fail", "wait"};
  for (size_t i = 0; made && i < sizeof names / sizeof *names; i++)
    made = clh_add_function(vm, "host", names[i],
                            (clh_method){names[i], names[i], i == 3 ? CLH_CALL_WAITING : CLH_CALL_AT_ONCE});
  if (made) return vm;
  clh_close(vm);
  return NULL;
}

int main(int count, char **words) {
  unsigned long stride = count > 1 ? strtoul(words[1], NULL, 10) : 1, runs = 0, faults = 0;
  static const uint64_t patterns[] = {1, 2, 12, UINT64_MAX / 2};
  for (size_t p = 0; p < sizeof patterns / sizeof *patterns; p++) {
    for (unsigned long at = 1;; at += stride) {
      clh_vm *place = NULL, *vm = open_vm(&place, at, patterns[p]);
      runs++;
      if (!vm) continue;
      int outcome = run(vm, at);
      bool reached = clh_allocation_count(vm) >= at;
      clh_fail_allocation(vm, 0, 0);
      if (outcome == 2 || run(vm, at) != 0) faults += (unsigned long)wrong("the VM", at, "was not usable afterwards");
      clh_out_reset(vm);
      (void)clh_memory_after_collection(vm);
      size_t released;
      (void)clh_released(vm, &released);
      if (released != live) faults += (unsigned long)wrong("objects", at, "were not released");
      live = 0;
      clh_close(vm);
      if (!reached) break;
    }
  }
  printf("%lu runs, %lu faults\n", runs, faults);
  return faults != 0;
}
