#include <lua.h>n#include <lauxlib.h>n#include <lualib.h>
