/*
 * Preloaded into a process (LD_PRELOAD), writes down in order what it does to the files of one folder: which bytes go where, and
 * when a wait for the disk begins and ends. From that a power cut at any moment can be played (play-power-cut.ts).
 *
 *   RECORD_FOLDER  the folder
 *   RECORD_LOG     the file that the records are appended to
 *
 * A record: kind (1 byte), 1 when by the main thread (1), length of the path (4), offset (8), length of the data (8), path, data.
 * Kinds: W write, T truncate (offset: the new length), U unlink, B a wait begins, E it has ended well (offset of both: the thread).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int log_file = -1;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static const char *watched(const char *path) {
  const char *folder = getenv("RECORD_FOLDER");
  if (folder == NULL || strncmp(path, folder, strlen(folder)) != 0) return NULL;
  size_t length = strlen(path);
  /* Shared memory is built anew from the log after a power cut. */
  return length > 4 && strcmp(path + length - 4, "-shm") == 0 ? NULL : path;
}

static const char *watched_file(int fd, char *buffer, size_t size) {
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, buffer, size - 1);
  if (length <= 0) return NULL;
  buffer[length] = 0;
  return watched(buffer);
}

static void put(const void *data, size_t length) {
  for (const char *at = data; length > 0;) {
    ssize_t done = REAL(write)(log_file, at, length);
    if (done <= 0) abort();
    at += done;
    length -= done;
  }
}

static void record(char kind, const char *path, uint64_t offset, const void *data, uint64_t length) {
  if (log_file < 0) log_file = REAL(open)(getenv("RECORD_LOG"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  uint32_t path_length = strlen(path);
  char of_main_thread = syscall(SYS_gettid) == getpid();
  put(&kind, 1);
  put(&of_main_thread, 1);
  put(&path_length, 4);
  put(&offset, 8);
  put(&length, 8);
  put(path, path_length);
  if (length > 0) put(data, length);
}

/* The act and its record are one, so that the order of the records is the order of the acts. */
#define RECORDED(fd, act, kind, offset, data, length, done)        \
  char buffer[4096];                                               \
  const char *path = watched_file(fd, buffer, sizeof buffer);      \
  if (path == NULL) return act;                                    \
  pthread_mutex_lock(&lock);                                       \
  __auto_type result = act;                                        \
  if (done) record(kind, path, offset, data, length);              \
  pthread_mutex_unlock(&lock);                                     \
  return result

ssize_t pwrite(int fd, const void *data, size_t length, off_t offset) {
  RECORDED(fd, REAL(pwrite)(fd, data, length, offset), 'W', offset, data, result, result > 0);
}

ssize_t pwrite64(int fd, const void *data, size_t length, off64_t offset) {
  RECORDED(fd, REAL(pwrite64)(fd, data, length, offset), 'W', offset, data, result, result > 0);
}

ssize_t write(int fd, const void *data, size_t length) {
  RECORDED(fd, REAL(write)(fd, data, length), 'W', lseek(fd, 0, SEEK_CUR) - result, data, result, result > 0);
}

int ftruncate(int fd, off_t length) {
  RECORDED(fd, REAL(ftruncate)(fd, length), 'T', length, NULL, 0, result == 0);
}

int ftruncate64(int fd, off64_t length) {
  RECORDED(fd, REAL(ftruncate64)(fd, length), 'T', length, NULL, 0, result == 0);
}

int unlink(const char *path) {
  if (watched(path) == NULL) return REAL(unlink)(path);
  pthread_mutex_lock(&lock);
  int result = REAL(unlink)(path);
  if (result == 0) record('U', path, 0, NULL, 0);
  pthread_mutex_unlock(&lock);
  return result;
}

/* What was written before the wait began is on the disk when it has ended. */
#define WAITED(fd, name)                                      \
  char buffer[4096];                                          \
  const char *path = watched_file(fd, buffer, sizeof buffer); \
  if (path == NULL) return REAL(name)(fd);                    \
  pthread_mutex_lock(&lock);                                  \
  record('B', path, syscall(SYS_gettid), NULL, 0);                              \
  pthread_mutex_unlock(&lock);                                \
  int result = REAL(name)(fd);                                \
  pthread_mutex_lock(&lock);                                  \
  if (result == 0) record('E', path, syscall(SYS_gettid), NULL, 0);             \
  pthread_mutex_unlock(&lock);                                \
  return result

int fsync(int fd) {
  WAITED(fd, fsync);
}

int fdatasync(int fd) {
  WAITED(fd, fdatasync);
}
