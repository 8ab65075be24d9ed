// What an ordinary user does against a keeper, in Python: Node has neither leases nor ptrace.

/** Locks, leases, inotify and fanotify of all that can be opened below some paths; then opens and reads without end. */
export const storms = `
import fcntl, os, sys, ctypes, threading
libc = ctypes.CDLL(None, use_errno=True)
paths = []
for root in sys.argv[1:]:
    paths.append(root)
    for dir, dirs, files in os.walk(root):
        paths += [os.path.join(dir, n) for n in dirs + files]
leases = locks = writable = fanotify = mighty = 0
held = []
# FAN_REPORT_FID, since Linux 5.13 for everybody: marks of inodes, no permission events.
fan = libc.fanotify_init(0x202, os.O_RDONLY)
def mark(group, flags, mask, path):
    return libc.fanotify_mark(group, 1 | flags, ctypes.c_uint64(mask), -100, path.encode()) == 0
mighty += libc.fanotify_init(0x6, os.O_RDONLY) >= 0
watch = libc.inotify_init1(os.O_NONBLOCK)
for path in paths:
    libc.inotify_add_watch(watch, path.encode(), 0xfff)
    fanotify += mark(fan, 0, 0x480003ff, path) or mark(fan, 0, 0x3f, path)
    mighty += mark(fan, 0x10, 0x3f, path) + mark(fan, 0x100, 0x3f, path)
    for mode in (os.O_WRONLY, os.O_RDWR):
        try:
            os.close(os.open(path, mode | os.O_NONBLOCK)); writable += 1
        except OSError: pass
    try: fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError: continue
    held.append(fd)
    for kind in (fcntl.F_RDLCK, fcntl.F_WRLCK):
        try: fcntl.fcntl(fd, fcntl.F_SETLEASE, kind); leases += 1
        except OSError: pass
    try: fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB); locks += 1
    except OSError:
        threading.Thread(target=fcntl.flock, args=(fd, fcntl.LOCK_EX), daemon=True).start()
    try: fcntl.lockf(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError: pass
print('leases', leases, 'locks', locks, 'writable', writable, 'fanotify', fanotify, 'mighty', mighty, flush=True)
while True:
    for path in paths:
        try:
            fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
            try: os.read(fd, 4096)
            except OSError: pass
            os.close(fd)
        except OSError: pass
`;

/** Many descriptors of something else in many processes, and behind them one of the lock of older keepers. */
export const manyDescriptors = `
import ctypes, fcntl, os, resource, sys, time
libc = ctypes.CDLL(None)
_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
many = min(hard, 20000) - 100
for n in range(many): os.dup(0)
for n in range(200):
    if os.fork() == 0: libc.prctl(1, 9); time.sleep(1000)
if os.fork() == 0:
    libc.prctl(1, 9)
    fd = os.open(sys.argv[1], os.O_RDONLY)
    fcntl.flock(fd, fcntl.LOCK_EX)
    print('holding', many, flush=True)
time.sleep(1000)
`;

/** Mount namespaces of his own with many mounts each, and processes that do nothing. */
export const manyNamespaces = `
import ctypes, os, sys, time
libc = ctypes.CDLL(None, use_errno=True)
made = 0
for n in range(20):
    r, w = os.pipe()
    if os.fork() == 0:
        libc.prctl(1, 9)
        libc.unshare(0x10020000)
        for i in range(200):
            if libc.mount(b't', b'/mnt', b'tmpfs', 0, None): break
        os.write(w, b'x'); time.sleep(1000)
    os.read(r, 1); os.close(r); os.close(w); made += 1
many = int(sys.argv[1])
for n in range(many):
    if os.fork() == 0: libc.prctl(1, 9); time.sleep(1000)
print('namespaces', made, 'processes', many, flush=True)
time.sleep(1000)
`;

/** Whatever a process may try on another one; never on any but those of the keeper that is named. */
export const meddle = `
import ctypes, os, resource, sys, time
libc = ctypes.CDLL(None, use_errno=True)
daemon = int(sys.argv[1])
done, tried = set(), 0
def family():
    yield daemon
    for name in os.listdir('/proc'):
        if not name.isdigit(): continue
        try:
            if int(open('/proc/%s/stat' % name).read().split(') ')[-1].split()[1]) == daemon: yield int(name)
        except (OSError, IndexError): pass
def attempt(what, act):
    global tried
    tried += 1
    try:
        if act() is not False: done.add(what)
    except (OSError, ValueError): pass
end = time.time() + 4
while time.time() < end:
    for pid in family():
        attempt('kill', lambda: os.kill(pid, 9))
        attempt('stop', lambda: os.kill(pid, 19))
        attempt('renice', lambda: os.setpriority(os.PRIO_PROCESS, pid, 19))
        attempt('limit', lambda: resource.prlimit(pid, resource.RLIMIT_NOFILE, (5, 5)))
        attempt('affinity', lambda: os.sched_setaffinity(pid, {0}))
        attempt('trace', lambda: libc.ptrace(16, pid, 0, 0) == 0)
        for file in ('mem', 'oom_score_adj'):
            attempt(file, lambda: open('/proc/%d/%s' % (pid, file), 'r+'))
        # Of a process that has just ended the kernel opens an empty one for everybody: what counts is what is in it.
        for file in ('environ', 'fd/0', 'maps'):
            attempt(file, lambda: open('/proc/%d/%s' % (pid, file)).read(1) != '')
        attempt('root', lambda: os.listdir('/proc/%d/root/' % pid))
print('tried', tried, 'succeeded', sorted(done), flush=True)
time.sleep(1000)
`;

/** With the id of probes: whatever a process may try on others of its own user. */
export const sameId = `
import ctypes, os, sys, time
libc = ctypes.CDLL(None, use_errno=True)
own, hits = os.getuid(), set()
def others():
    for name in os.listdir('/proc'):
        try:
            if name.isdigit() and int(name) != os.getpid() and os.stat('/proc/' + name).st_uid == own: yield int(name)
        except OSError: pass
while True:
    for pid in others():
        if libc.ptrace(0x4206, pid, 0, 0) == 0: pass
        for act in (lambda: os.kill(pid, 19), lambda: os.setpriority(0, pid, 19), lambda: os.kill(pid, 9)):
            try: act()
            except OSError: continue
            if not hits: print('hit', flush=True)
            hits.add(pid)
`;
