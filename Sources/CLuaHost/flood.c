// Tables whose keys collide on purpose.
//
// Lua gives integers, floats and addresses hash values that anybody can work out. When a table grows, each entry is looked up in
// the new hash part, in one instruction that nothing can interrupt: 300,000 keys that share a slot there take a minute. So a look
// is had at a large hash part before it is given out. What it will hold is in one of the hash parts that exist; a sample of their
// keys tells how often two of them would meet. Nothing but their bytes is read, and a block that is no hash part at all costs no
// more than a wrong guess.
#include "internal.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// Lua 5.4's node of a hash part (lobject.h), the same in all its releases.
typedef struct node {
  union { lua_Integer integer; lua_Number number; const void *pointer; } value;
  unsigned char tag, key_tag;
  int next;
  union { lua_Integer integer; lua_Number number; const void *pointer; } key;
} node;

enum { KEY_INTEGER = LUA_TNUMBER, KEY_FLOAT = LUA_TNUMBER | 1 << 4, COLLECTABLE = 1 << 6, TYPE = 0x0f };

// Hash parts from this many nodes on are watched. Half of it, all in one chain, is built in some 50 ms.
#define LEAST_NODES ((size_t)1 << 14)
#define SAMPLE 1024
// How many steps along chains filling a hash part may take: some 50 ms, or so many for each entry.
#define STEPS_LIMIT 33554432.0
#define STEPS_PER_NODE 64.0
// Fewer meetings than this in a sample may be chance.
#define LEAST_MEETINGS 8

static bool may_be_nodes(size_t size) {
  size_t count = size / sizeof(node);
  return size % sizeof(node) == 0 && count >= LEAST_NODES / 2 && (count & (count - 1)) == 0;
}

static unsigned float_hash(lua_Number n) {
  int exponent;
  n = frexp(n, &exponent) * -(lua_Number)INT_MIN;
  lua_Integer whole;
  if (!lua_numbertointeger(n, &whole)) return 0;
  unsigned u = (unsigned)exponent + (unsigned)whole;
  return u <= INT_MAX ? u : ~u;
}

// The slot of a node's key among `slots`, as of 5.4.3. False for texts, whose hash nobody can work out, and for what is gone.
static bool find_slot(const node *n, size_t slots, uint32_t *slot) {
  uint64_t modulus = (slots - 1) | 1;
  if ((n->tag & TYPE) == LUA_TNIL) return false;
  if (n->key_tag == KEY_INTEGER) {
    *slot = (uint32_t)((uint64_t)n->key.integer % modulus);
  } else if (n->key_tag == KEY_FLOAT) {
    *slot = (uint32_t)(float_hash(n->key.number) % modulus);
  } else if ((n->key_tag & COLLECTABLE) && (n->key_tag & TYPE) != LUA_TSTRING) {
    *slot = (uint32_t)((unsigned)(uintptr_t)n->key.pointer % modulus);
  } else {
    return false;
  }
  return true;
}

static int compare(const void *a, const void *b) {
  uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
  return (left > right) - (left < right);
}

// Whether moving the entries of `nodes` into a part of `slots` would take too long. The part that is about to be replaced has no node
// left that was never used, so most others are told from it by a glance.
static bool would_collide(clh_vm *vm, const node *nodes, size_t count, size_t slots) {
  uint32_t sample[SAMPLE];
  size_t taken = 0;
  for (int i = 0; i < SAMPLE; i++) {
    vm->chance = vm->chance * 6364136223846793005u + 1442695040888963407u;
    const node *n = &nodes[(vm->chance >> 32) & (count - 1)];
    if (n->key_tag == LUA_TNIL) return false;
    if (find_slot(n, slots, &sample[taken])) taken++;
  }
  qsort(sample, taken, sizeof *sample, compare);
  double meetings = 0;
  for (size_t i = 1, run = 1; i <= taken; i++, run++) {
    if (i < taken && sample[i] == sample[i - 1]) continue;
    meetings += (double)run * (double)(run - 1) / 2;
    run = 0;
  }
  // Two of a sample meet as often as any two do; and a node that was drawn twice met itself.
  meetings -= (double)taken * (double)taken / 2 / (double)count;
  if (meetings < LEAST_MEETINGS) return false;
  double steps = meetings * ((double)count / SAMPLE) * ((double)count / SAMPLE);
  return steps > STEPS_LIMIT && steps > STEPS_PER_NODE * (double)count;
}

// Whether a block of that size would be a hash part that takes too long to fill.
bool clh_is_flooded(clh_vm *vm, size_t size) {
  if (!may_be_nodes(size)) return false;
  size_t slots = size / sizeof(node);
  for (size_t i = 0; i < vm->hash_count; i++) {
    const clh_block *block = &vm->hashes[i];
    if (block->size >= size / 2 && would_collide(vm, block->address, block->size / sizeof(node), slots)) return true;
  }
  return false;
}

void clh_forget_hash(clh_vm *vm, const void *address, size_t size) {
  if (!may_be_nodes(size)) return;
  for (size_t i = vm->hash_count; i-- > 0;) {
    if (vm->hashes[i].address != address) continue;
    vm->hashes[i] = vm->hashes[--vm->hash_count];
    return;
  }
}

// Without memory for the note the block goes unwatched.
void clh_note_hash(clh_vm *vm, const void *address, size_t size) {
  if (!may_be_nodes(size)) return;
  if (vm->hash_count == vm->hash_capacity) {
    size_t capacity = vm->hash_capacity ? vm->hash_capacity * 2 : 16;
    clh_block *larger = realloc(vm->hashes, capacity * sizeof *larger);
    if (!larger) return;
    vm->hashes = larger;
    vm->hash_capacity = capacity;
  }
  vm->hashes[vm->hash_count++] = (clh_block){address, size};
}
