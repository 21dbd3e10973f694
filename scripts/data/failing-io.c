/* Loaded in front of the C library (LD_PRELOAD), makes one of the program's own calls fail, hold or lie, for tests:
 *   FAIL_CALL   pread, pwrite, fsync, ftruncate or rename, which link counts as
 *   FAIL_NAME   only for files whose path ends so
 *   FAIL_AFTER  how many such calls go well before (0)
 *   FAIL_CODE   errno of the failure; 0 changes the first byte that is written, and says nothing
 *   FAIL_UNTIL  does not fail: waits until this file is there; makes FAIL_UNTIL.held when it begins to wait
 * and of any FAIL_CALL, for the same files:
 *   FAIL_OFFSET 64 KiB from this offset on cannot be read: EIO there, fewer bytes in front of it, as a broken disk has it
 *   FAIL_SHORT  no read gives more than so many bytes
 *   FAIL_DEVICE the file is taken for a block device */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

enum verdict { GOES_ON, FAILS, LIES };

static atomic_long seen;

static int ends_with(const char *text, const char *end) {
  size_t length = strlen(text), tail = strlen(end);
  return length >= tail && strcmp(text + length - tail, end) == 0;
}

static enum verdict judge(const char *call, const char *path) {
  const char *wanted = getenv("FAIL_CALL"), *name = getenv("FAIL_NAME"), *after = getenv("FAIL_AFTER");
  const char *code = getenv("FAIL_CODE"), *until = getenv("FAIL_UNTIL");
  if (!wanted || strcmp(wanted, call) != 0 || (name && !ends_with(path, name))) return GOES_ON;
  if (atomic_fetch_add(&seen, 1) < (after ? atol(after) : 0)) return GOES_ON;
  if (until) {
    char held[4096];
    snprintf(held, sizeof held, "%s.held", until);
    int mark = open(held, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
    if (mark >= 0) close(mark);
    while (access(until, F_OK) != 0) usleep(2000);
    return GOES_ON;
  }
  errno = code ? atoi(code) : EIO;
  return errno == 0 ? LIES : FAILS;
}

static int path_of(int file, char path[4096]) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", file);
  ssize_t length = readlink(link, path, 4095);
  if (length < 0) return 0;
  path[length] = 0;
  return 1;
}

static enum verdict judge_file(const char *call, int file) {
  char path[4096];
  return path_of(file, path) ? judge(call, path) : GOES_ON;
}

static int is_meant(int file) {
  const char *name = getenv("FAIL_NAME");
  char path[4096];
  return name && path_of(file, path) && ends_with(path, name);
}

/* How much of a read is done at all; 0 when it fails. */
static size_t readable(int file, size_t count, off_t offset) {
  const char *broken = getenv("FAIL_OFFSET"), *most = getenv("FAIL_SHORT");
  if (count == 0 || (!broken && !most) || !is_meant(file)) return count;
  if (most && count > (size_t)atol(most)) count = (size_t)atol(most);
  if (!broken) return count;
  off_t bad = atoll(broken);
  if (offset >= bad + 65536) return count;
  if (offset >= bad) return 0;
  return (off_t)count > bad - offset ? (size_t)(bad - offset) : count;
}

static void *next_of(const char *name) { return dlsym(RTLD_NEXT, name); }

#define READING(NAME, OFFSET)                                                    \
  ssize_t NAME(int file, void *bytes, size_t count, OFFSET offset) {             \
    ssize_t (*next)(int, void *, size_t, OFFSET) = next_of(#NAME);               \
    if (judge_file("pread", file) == FAILS) return -1;                           \
    size_t some = readable(file, count, offset);                                 \
    if (count > 0 && some == 0) {                                                \
      errno = EIO;                                                               \
      return -1;                                                                 \
    }                                                                            \
    return next(file, bytes, some, offset);                                      \
  }
READING(pread, off_t)
READING(pread64, off64_t)

#define WRITING(NAME, OFFSET)                                                \
  ssize_t NAME(int file, const void *bytes, size_t count, OFFSET offset) {   \
    ssize_t (*next)(int, const void *, size_t, OFFSET) = next_of(#NAME);     \
    enum verdict verdict = judge_file("pwrite", file);                       \
    if (verdict == FAILS) return -1;                                         \
    if (verdict == GOES_ON || count == 0) return next(file, bytes, count, offset); \
    unsigned char *other = malloc(count);                                    \
    if (!other) return -1;                                                   \
    memcpy(other, bytes, count);                                             \
    other[0] ^= 1;                                                           \
    ssize_t written = next(file, other, count, offset);                      \
    free(other);                                                             \
    return written;                                                          \
  }
WRITING(pwrite, off_t)
WRITING(pwrite64, off64_t)

#define ASKING(NAME, FACTS)                                            \
  int NAME(int file, struct FACTS *facts) {                            \
    int (*next)(int, struct FACTS *) = next_of(#NAME);                 \
    int result = next(file, facts);                                    \
    if (result == 0 && getenv("FAIL_DEVICE") && is_meant(file))        \
      facts->st_mode = (facts->st_mode & ~(mode_t)S_IFMT) | S_IFBLK;   \
    return result;                                                     \
  }
ASKING(fstat, stat)
ASKING(fstat64, stat64)

int fsync(int file) {
  int (*next)(int) = next_of("fsync");
  return judge_file("fsync", file) == FAILS ? -1 : next(file);
}

#define CUTTING(NAME, OFFSET)                                             \
  int NAME(int file, OFFSET length) {                                     \
    int (*next)(int, OFFSET) = next_of(#NAME);                            \
    return judge_file("ftruncate", file) == FAILS ? -1 : next(file, length); \
  }
CUTTING(ftruncate, off_t)
CUTTING(ftruncate64, off64_t)

#define NAMING(NAME)                                               \
  int NAME(const char *from, const char *to) {                     \
    int (*next)(const char *, const char *) = next_of(#NAME);      \
    return judge("rename", to) == FAILS ? -1 : next(from, to);     \
  }
NAMING(rename)
NAMING(link)
