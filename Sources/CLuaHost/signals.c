// SIGPIPE: a script that writes to a program that has ended must not end this one.
//
// The signal is held back on the VM's thread, so that writing fails with EPIPE. Programs that a script starts would inherit that, and
// then not end when their reader does; so it is let through while one is started.
#if defined(__linux__) && !defined(_GNU_SOURCE)
#define _GNU_SOURCE
#endif
#include "internal.h"

#include <pthread.h>
#include <string.h>
#include <time.h>

static void pipe_signal(int how) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  pthread_sigmask(how, &set, NULL);
}

void clh_hold_signals(void) { pipe_signal(SIG_BLOCK); }

// Calls the original, upvalue 1, which starts a program; upvalue 2 = it is popen. Arguments are checked here, so that errors name the
// function as Lua's do.
static int start_program(lua_State *L) {
  if (lua_toboolean(L, lua_upvalueindex(2))) {
    luaL_checkstring(L, 1);
    const char *mode = luaL_optstring(L, 2, "r");
    luaL_argcheck(L, (*mode == 'r' || *mode == 'w') && !mode[1], 2, "invalid mode");
  } else {
    luaL_optstring(L, 1, NULL);
  }
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGPIPE);
  struct timespec none = {0, 0};
  while (sigtimedwait(&set, NULL, &none) == SIGPIPE) continue;  // what is pending would come through now
  pipe_signal(SIG_UNBLOCK);
  lua_pushvalue(L, lua_upvalueindex(1));
  lua_insert(L, 1);
  int status = lua_pcall(L, lua_gettop(L) - 1, LUA_MULTRET, 0);
  pipe_signal(SIG_BLOCK);
  return status == LUA_OK ? lua_gettop(L) : lua_error(L);
}

// Wraps a field of the library on top.
CLH_JUMPS void clh_wrap_starter(lua_State *L, const char *name) {
  lua_getfield(L, -1, name);
  lua_pushboolean(L, strcmp(name, "popen") == 0);
  lua_pushcclosure(L, start_program, 2);
  lua_setfield(L, -2, name);
}
