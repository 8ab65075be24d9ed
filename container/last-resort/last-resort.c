/* The interpreter of last resort: see README.md for what it does and why so. No library, no memory but the stack. */
#include "kernel.h"
#include "platforms.h"

enum { MESSAGE = 2048, REPORT = 1024, LIMIT_MS = 190, TRIES = 127, ANSWER_MS = 10 };

struct text { char *at, *end; };

static void put(struct text *to, const char *from) {
  while (*from != 0 && to->at < to->end) *to->at++ = *from++;
}

static void put_number(struct text *to, unsigned byte) {
  const char escape[] = {'\\', 'x', "0123456789abcdef"[byte >> 4], "0123456789abcdef"[byte & 15], 0};
  put(to, escape);
}

static int between(unsigned byte, unsigned first, unsigned last) { return byte >= first && byte <= last; }

/* How many bytes are one character that a terminal shows and does not obey; 0 where the first is none. */
static int harmless(const unsigned char *s) {
  if (s[0] < 0x80) return between(s[0], 0x20, 0x7e);
  if (!between(s[1], 0x80, 0xbf)) return 0;
  if (between(s[0], 0xc2, 0xdf)) return s[0] == 0xc2 && (s[1] < 0xa0 || s[1] == 0xad) ? 0 : 2;
  if (!between(s[2], 0x80, 0xbf)) return 0;
  if (between(s[0], 0xe0, 0xef)) {
    if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f)) return 0;
    /* U+2000 to U+207F: blanks without width and changes of direction lie there; U+FEFF. */
    if (s[0] == 0xe2 && between(s[1], 0x80, 0x81)) return s[1] == 0x80 && between(s[2], 0x90, 0xa7) ? 3 : 0;
    return s[0] == 0xef && (s[1] == 0xbb || s[1] == 0xbf) ? 0 : 3;
  }
  if (!between(s[0], 0xf0, 0xf4) || !between(s[3], 0x80, 0xbf)) return 0;
  if ((s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f)) return 0;
  /* U+E0000 and above: tags, which nobody sees. */
  return s[0] == 0xf3 && s[1] >= 0xa0 ? 0 : 4;
}

static void put_visible(struct text *to, const char *path) {
  const unsigned char *s = (const unsigned char *)path;
  while (*s != 0) {
    int length = harmless(s);
    if (to->end - to->at < 8) return put(to, "...");
    if (length == 0) put_number(to, *s++);
    for (; length > 0; length -= 1) *to->at++ = (char)*s++;
  }
}

/* The platform of an ELF header; null where it is none that we know. */
static const struct platform *platform_of(const unsigned char *head) {
  int big = head[5] == 2;
  unsigned machine = big ? (unsigned)head[18] << 8 | head[19] : (unsigned)head[19] << 8 | head[18];
  int abi2 = (head[big ? 39 : 36] & 0x20) != 0;
  for (unsigned n = 0; n < sizeof platforms / sizeof *platforms; n += 1) {
    const struct platform *one = &platforms[n];
    int alike = one->class == head[4] && one->data == head[5] && one->machine == machine;
    if (alike && (one->abi2 == ANY_ABI || (one->abi2 == N32) == abi2)) return one;
  }
  return 0;
}

static const struct platform *read_platform(long fd, const char *path) {
  unsigned char head[64];
  long opened = fd < 0 ? kernel4(OPENAT, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC | O_NONBLOCK, 0) : fd;
  if (opened < 0 || kernel4(PREAD, opened, (long)head, sizeof head, 0) != sizeof head) return 0;
  return platform_of(head);
}

static long milliseconds(void) {
  struct timespec now = {0, 0};
  kernel4(CLOCK_GETTIME, CLOCK_MONOTONIC, (long)&now, 0, 0);
  return now.seconds * 1000 + now.nanoseconds / 1000000;
}

/*
 * What survives execve and no program sees: when the wait began, in units of 4 ms, and how often the file was executed
 * again, written as the hours of user time after which ITIMER_VIRTUAL would fire. It does so after thirty years. Four
 * seconds of it are one step, so what runs meanwhile changes nothing.
 */
enum { MARK = 1000000000, STEP = 4, UNITS = 0x3fffff, OVER_MS = 5000 };

struct waiting { long began; long tries; };

/* Whether it may wait; not where somebody else uses that timer. */
static int recall(struct waiting *w, long unit) {
  struct itimerval timer = {{0, 0}, {0, 0}};
  w->began = unit;
  w->tries = 0;
  if (kernel4(GETITIMER, ITIMER_VIRTUAL, (long)&timer, 0, 0) != 0) return 0;
  long seconds = timer.value.seconds;
  if (seconds == 0 && timer.value.microseconds == 0) return 1;
  if (seconds < MARK || seconds - MARK >= ((long)UNITS + 1) * (TRIES + 1) * STEP) return 0;
  long known = (seconds - MARK) / STEP;
  w->tries = known & TRIES;
  /* A wait of long ago, of a program that this process was then, counts no more; its tries do, so that there is an end. */
  if (((unit - known / (TRIES + 1)) & UNITS) * 4 < OVER_MS) w->began = known / (TRIES + 1);
  return 1;
}

static int remember(const struct waiting *w) {
  struct itimerval timer = {{0, 0}, {MARK + ((w->began & UNITS) * (TRIES + 1) + w->tries) * STEP + STEP / 2, 0}};
  return kernel4(SETITIMER, ITIMER_VIRTUAL, (long)&timer, 0, 0) == 0;
}

/* Microseconds before the next try: a handler comes back within one millisecond or two, or after 100, and may be gone again soon. */
static long pause_before(long tries) { return tries < 4 ? 400 : tries < 20 ? 1000 : 2000; }

/* Executes the file again until somebody else is its interpreter; returns when the time is over. */
static void execute_again(const char *path, char **argv, char **envp, long fd) {
  long start = milliseconds();
  struct waiting w;
  if (!recall(&w, (start / 4) & UNITS)) return;
  long before = ((start / 4 - w.began) & UNITS) * 4;
  while (w.tries < TRIES) {
    long left = LIMIT_MS - before - (milliseconds() - start);
    if (left <= 0) return;
    long pause = pause_before(w.tries);
    struct timespec rest = {0, (pause < left * 1000 ? pause : left * 1000) * 1000};
    kernel4(NANOSLEEP, (long)&rest, 0, 0, 0);
    w.tries += 1;
    if (!remember(&w)) return;
    if (fd >= 0) kernel4(FCNTL, fd, F_SETFD, FD_CLOEXEC, 0);
    long error = kernel4(EXECVE, (long)path, (long)argv, (long)envp, 0);
    if (error != -ENOEXEC && error != -EAGAIN && error != -ENOMEM) return;
  }
}

/* One datagram to the keeper that owns this very file, if it listens; it looks who we are while we wait a moment. */
static void report(const char *self, const char *platform, const char *cause, const char *path) {
  struct address to;
  struct text name = {to.path + 1, to.path + sizeof to.path};
  char bytes[REPORT];
  struct text line = {bytes, bytes + sizeof bytes};
  long length = 0;
  to.family = AF_UNIX;
  /* An abstract name: it needs no file, so a chroot makes no difference. */
  to.path[0] = 0;
  put(&name, "binfmt-keeper");
  while (self[length] != 0) length += 1;
  put(&name, length > SELF ? self + length - SELF : self);
  put(&line, "1");
  *line.at++ = 0;
  put(&line, platform);
  *line.at++ = 0;
  put(&line, cause);
  *line.at++ = 0;
  put(&line, path);
  long fd = kernel4(SOCKET, AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, 0);
  if (fd < 0) return;
  if (kernel4(CONNECT, fd, (long)&to, name.at - (char *)&to, 0) != 0) return;
  kernel4(BIND, fd, (long)&to, sizeof to.family, 0);
  if (kernel6(SENDTO, fd, (long)bytes, line.at - bytes, MSG_DONTWAIT | MSG_NOSIGNAL, 0, 0) < 0) return;
  struct pollfd answer = {(int)fd, POLLIN, 0};
  struct timespec limit = {0, ANSWER_MS * 1000000L};
  kernel6(PPOLL, (long)&answer, 1, (long)&limit, 0, 0, 0);
}

static void tell(const char *path, const struct platform *platform, int wanted) {
  char bytes[MESSAGE];
  struct text line = {bytes, bytes + MESSAGE - 200};
  /* A reader that is gone must not decide the status. */
  struct action ignore = {SIG_IGN, 0, 0, 0};
  kernel4(SIGACTION, SIGPIPE, (long)&ignore, 0, sizeof ignore.mask);
  put_visible(&line, path);
  line.end = bytes + MESSAGE;
  put(&line, ": a program for ");
  put(&line, platform == 0 ? "another kind of processor" : platform->name);
  if (wanted) put(&line, "; its handler is gone and did not come back in time. binfmt-keeper status");
  else {
    put(&line, "; this host has no emulator for it. binfmt-keeper install");
    if (platform != 0) put(&line, " ");
    if (platform != 0) put(&line, platform->name);
  }
  put(&line, "\n");
  kernel4(WRITE, 2, (long)bytes, line.at - bytes, 0);
}

static int waits(const char *self) {
  const char *end = self;
  while (*end != 0) end += 1;
  const char *word = "-wait";
  if (end - self < 5) return 0;
  for (int n = 0; n < 5; n += 1)
    if (end[n - 5] != word[n]) return 0;
  return 1;
}

/* `stack` as the kernel leaves it: argc, argv, 0, envp, 0, auxiliary vector. */
__attribute__((noreturn)) void begin(long *stack) {
  long argc = stack[0];
  char **argv = (char **)(stack + 1);
  char **envp = argv + argc + 1;
  char **after = envp;
  while (*after != 0) after += 1;
  long fd = -1;
  for (long *pair = (long *)(after + 1); pair[0] != AT_NULL; pair += 2)
    if (pair[0] == AT_EXECFD) fd = pair[1];
  /* [interpreter, path, argv[0], ...]: the entry has the P flag. */
  if (argc >= 3) {
    int wanted = waits(argv[0]);
    if (wanted) execute_again(argv[1], argv + 2, envp, fd);
    const struct platform *platform = read_platform(fd, argv[1]);
    tell(argv[1], platform, wanted);
    report(argv[0], platform == 0 ? "" : platform->name, wanted ? "gone" : "none", argv[1]);
  }
  for (;;) kernel4(EXIT_GROUP, 126, 0, 0, 0);
}
