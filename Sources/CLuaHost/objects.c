// Swift objects as userdata: an 8-byte handle. `__gc` only notes the handle; Swift drains the notes between steps.
#include "internal.h"

#include <stdlib.h>
#include <string.h>

void clh_release(clh_vm *vm, uint64_t handle) {
  if (!handle) return;
  if (vm->released_count == vm->released_capacity) {
    size_t capacity = vm->released_capacity ? vm->released_capacity * 2 : 64;
    uint64_t *larger = realloc(vm->released, capacity * sizeof *larger);
    if (!larger) return;  // the slot stays taken until the VM closes
    vm->released = larger;
    vm->released_capacity = capacity;
  }
  vm->released[vm->released_count++] = handle;
}

const uint64_t *clh_released(clh_vm *vm, size_t *count) {
  *count = vm->released_count;
  return vm->released;
}
void clh_clear_released(clh_vm *vm) { vm->released_count = 0; }
size_t clh_released_count(const clh_vm *vm) { return vm->released_count; }

// Every full userdata of the state is ours: but for the files of `io`, which are larger.
bool clh_object_handle(lua_State *L, int index, uint64_t *handle) {
  if (lua_type(L, index) != LUA_TUSERDATA || lua_rawlen(L, index) != sizeof *handle) return false;
  memcpy(handle, lua_touserdata(L, index), sizeof *handle);
  return *handle != 0;
}

static int object_gc(lua_State *L) {
  uint64_t *box = lua_touserdata(L, 1);
  if (box) {
    clh_release(clh_vm_of(L), *box);
    *box = 0;
  }
  return 0;
}

// Asks Swift about the object at 1, with the arguments from 2 on.
static int ask(lua_State *L, int operation, int count) {
  clh_vm *vm = clh_vm_of(L);
  uint64_t handle;
  if (!clh_object_handle(L, 1, &handle)) return luaL_error(L, "object is closed, or not an object");
  int code, read = 0;
  vm->alloc.nofail++;
  clh_read_begin(vm, CLH_COPY_ALL);
  clh_out_clear(vm);
  while (read < count && clh_read(vm, L, read + 2, false)) read++;
  if (read < count) {
    clh_read_abandon(vm, L);
    operation = CLH_REFUSE;
  }
  if (read < count && vm->no_memory) {
    code = CLH_NO_MEMORY;
  } else {
    vm->calling = L;
    code = vm->callbacks.object(vm->callbacks.context, operation, handle, vm->in, read, &vm->out);
    vm->calling = NULL;
  }
  vm->alloc.nofail--;
  return clh_answer(L, vm, code);
}

// The upvalue holds methods as functions and fields as light userdata. Only Lua itself calls this, with object and key.
static int object_index(lua_State *L) {
  lua_pushvalue(L, 2);
  switch (lua_rawget(L, lua_upvalueindex(1))) {
    case LUA_TFUNCTION: return 1;
    case LUA_TLIGHTUSERDATA: {
      clh_vm *vm = clh_vm_of(L);
      uint64_t handle;
      if (!clh_object_handle(L, 1, &handle)) break;
      clh_out_clear(vm);
      vm->in_count = 0;
      vm->calling = L;
      vm->alloc.nofail++;
      int code = vm->callbacks.field(vm->callbacks.context, lua_touserdata(L, 3), handle, &vm->out);
      vm->alloc.nofail--;
      vm->calling = NULL;
      return clh_answer(L, vm, code);
    }
    default: break;
  }
  lua_settop(L, 2);
  return ask(L, CLH_GET, 1);
}

static int object_newindex(lua_State *L) {
  lua_settop(L, 3);
  return ask(L, CLH_SET, 2);
}

static int object_tostring(lua_State *L) { return ask(L, CLH_TOSTRING, 0); }
static int object_len(lua_State *L) { return ask(L, CLH_LENGTH, 0); }

static int object_eq(lua_State *L) {
  uint64_t left = 0, right = 0;
  bool both = clh_object_handle(L, 1, &left) && clh_object_handle(L, 2, &right);
  lua_pushboolean(L, both && left == right);
  return 1;
}

static int object_pairs(lua_State *L) {
  lua_settop(L, 1);
  lua_rawgetp(L, LUA_REGISTRYINDEX, &clh_next_key);
  ask(L, CLH_FIELDS, 0);
  lua_pushnil(L);
  return 3;
}

static int error_concat(lua_State *L) {
  luaL_tolstring(L, 1, NULL);
  luaL_tolstring(L, 2, NULL);
  lua_concat(L, 2);
  return 1;
}

static void set_function(lua_State *L, const char *name, lua_CFunction f) {
  lua_pushcfunction(L, f);
  lua_setfield(L, -2, name);
}

#define MEMBER_FIELD (-1)

// Pushes the metatable of a type, built on first use.
CLH_JUMPS static void push_metatable(lua_State *L, clh_vm *vm, uint32_t number) {
  clh_need_stack(L, 8, "object for the script");
  lua_rawgetp(L, LUA_REGISTRYINDEX, &clh_types_key);
  if (lua_rawgeti(L, -1, number + 1) == LUA_TTABLE) {
    lua_remove(L, -2);
    return;
  }
  lua_pop(L, 1);
  if (number >= vm->type_count) luaL_error(L, "the host returned an object of an unknown type");
  const clh_type *type = &vm->types[number];
  lua_newtable(L);
  lua_createtable(L, 0, (int)type->member_count);
  for (size_t i = 0; i < type->member_count; i++) {
    const clh_type_member *member = &type->members[i];
    if (member->how == MEMBER_FIELD) {
      lua_pushlightuserdata(L, (void *)member->function);
    } else {
      clh_push_function(L, member->function, member->how);
    }
    lua_setfield(L, -2, member->key);
  }
  lua_pushcclosure(L, object_index, 1);
  lua_setfield(L, -2, "__index");
  set_function(L, "__newindex", object_newindex);
  set_function(L, "__tostring", object_tostring);
  set_function(L, "__eq", object_eq);
  set_function(L, "__gc", object_gc);
  set_function(L, "__pairs", object_pairs);
  if (type->flags & CLH_TYPE_LENGTH) set_function(L, "__len", object_len);
  if (type->flags & CLH_TYPE_ERROR) set_function(L, "__concat", error_concat);
  if (type->call.function) {
    clh_push_function(L, type->call.function, type->call.how);
    lua_setfield(L, -2, "__call");
  }
  lua_pushstring(L, type->name);
  lua_setfield(L, -2, "__name");
  lua_pushboolean(L, 0);
  lua_setfield(L, -2, "__metatable");
  lua_pushvalue(L, -1);
  lua_rawseti(L, -3, number + 1);
  lua_remove(L, -2);
}

// Collects when many objects were made since the last time. Lua paces itself by its own bytes, of which an object has few; and the
// table of known objects grows with those not yet collected, which would put the next collection off further each time.
CLH_JUMPS static void pace(lua_State *L, clh_vm *vm) {
  if (vm->objects_left-- > 0) return;
  lua_gc(L, LUA_GCCOLLECT);
  // In proportion to what a collection has to look at.
  vm->objects_left = 4096 + (int64_t)(vm->alloc.used / 128);
}

// Pushes the userdata of a handle: the one that exists, or a new one, which then owns the handle.
CLH_JUMPS void clh_push_object(lua_State *L, clh_vm *vm, clh_value *value) {
  clh_need_stack(L, 8, "object for the script");
  lua_rawgetp(L, LUA_REGISTRYINDEX, &clh_cache_key);
  if (lua_rawgeti(L, -1, (lua_Integer)value->handle) == LUA_TUSERDATA) {
    lua_remove(L, -2);
    return;
  }
  lua_pop(L, 1);
  pace(L, vm);
  push_metatable(L, vm, value->extra);
  uint64_t *box = lua_newuserdatauv(L, sizeof *box, 0);
  *box = 0;
  lua_insert(L, -2);
  lua_setmetatable(L, -2);
  *box = value->handle;  // one owner at any moment: from here it is the userdata
  uint64_t handle = value->handle;
  value->kind = CLH_NIL;
  lua_pushvalue(L, -1);
  lua_rawseti(L, -3, (lua_Integer)handle);
  lua_remove(L, -2);
}

bool clh_add_type(clh_vm *vm, uint32_t number, const char *name, int32_t flags, clh_method call) {
  if (number != vm->type_count) return false;
  clh_type *types = realloc(vm->types, (vm->type_count + 1) * sizeof *types);
  if (!types) return false;
  vm->types = types;
  char *copy = strdup(name);
  if (!copy) return false;
  types[vm->type_count++] = (clh_type){.name = copy, .flags = flags, .call = call};
  return true;
}

static bool add_member(clh_vm *vm, uint32_t number, clh_type_member member) {
  clh_type *type = &vm->types[number];
  void *members = realloc(type->members, (type->member_count + 1) * sizeof *type->members);
  if (!members) return false;
  type->members = members;
  member.key = strdup(member.key);
  if (!member.key) return false;
  type->members[type->member_count++] = member;
  return true;
}

bool clh_add_method(clh_vm *vm, uint32_t type, clh_method method) {
  return add_member(vm, type, (clh_type_member){(char *)method.key, method.function, method.how});
}

bool clh_add_field(clh_vm *vm, uint32_t type, const char *key, const void *field) {
  return add_member(vm, type, (clh_type_member){(char *)key, field, MEMBER_FIELD});
}
