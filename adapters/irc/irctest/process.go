package irctest

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"
)

// process is one daemon: started, stopped, frozen and thawed as the test says.
type process struct {
	name string
	dir  string
	argv []string
	// saves says that the daemon writes what it knows when asked to end.
	saves bool

	mu     sync.Mutex
	cmd    *exec.Cmd
	exited chan struct{}
	output *safeBuffer
}

// safeBuffer keeps what a daemon printed, for the message of a failed start.
type safeBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// start runs the daemon as an unprivileged user where the test runs as root
// (Atheme refuses root); it dies with the test program.
func (p *process) start() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	cmd := exec.Command(p.argv[0], p.argv[1:]...)
	cmd.Dir = p.dir
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + p.dir}
	p.output = &safeBuffer{}
	cmd.Stdout, cmd.Stderr = p.output, p.output
	if err := confine(cmd); err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start %s: %w", p.name, err)
	}
	exited := make(chan struct{})
	go func() {
		_ = cmd.Wait()
		close(exited)
	}()
	p.cmd, p.exited = cmd, exited
	return nil
}

// end stops the daemon and waits until it is gone: at once, or, where it keeps
// a file, after it has written it.
func (p *process) end() {
	p.mu.Lock()
	cmd, exited := p.cmd, p.exited
	p.cmd = nil
	p.mu.Unlock()
	if cmd == nil {
		return
	}
	_ = cmd.Process.Signal(thaw)
	if p.saves {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		timer := time.NewTimer(3 * time.Second)
		defer timer.Stop()
		select {
		case <-exited:
			return
		case <-timer.C:
		}
	}
	_ = cmd.Process.Kill()
	<-exited
}

// signal sends sig to a running daemon.
func (p *process) signal(sig syscall.Signal) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.cmd == nil {
		return fmt.Errorf("%s is not running", p.name)
	}
	return p.cmd.Process.Signal(sig)
}

// gone is closed when the daemon has ended; nil when it was never started.
func (p *process) gone() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.exited
}

// printed is what the daemon wrote on its output since its last start.
func (p *process) printed() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.output == nil {
		return ""
	}
	return p.output.String()
}

// nobody is the unprivileged user the daemons run as below root.
func nobody() (uid, gid uint32, err error) {
	u, err := user.Lookup("nobody")
	if err != nil {
		return 0, 0, fmt.Errorf("look up the user nobody: %w", err)
	}
	id, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return 0, 0, fmt.Errorf("read the id of nobody: %w", err)
	}
	group, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return 0, 0, fmt.Errorf("read the group of nobody: %w", err)
	}
	return uint32(id), uint32(group), nil
}

// workdir makes a folder the daemons can read and write; tb.TempDir is closed
// to other users.
func workdir(tb testing.TB, files map[string]string) string {
	tb.Helper()
	dir, err := os.MkdirTemp("", "irctest-")
	if err != nil {
		tb.Fatalf("make a folder for the server: %v", err)
	}
	tb.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		tb.Fatalf("open the server's folder: %v", err)
	}
	handOver(tb, dir)
	for name, content := range files {
		write(tb, dir, name, content)
	}
	return dir
}

// write puts a file into a daemon's folder, readable by the daemon alone.
func write(tb testing.TB, dir, name, content string) {
	tb.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		tb.Fatalf("write %s: %v", name, err)
	}
	handOver(tb, path)
}

// handOver gives a path to the daemons' user where the test runs as root.
func handOver(tb testing.TB, path string) {
	tb.Helper()
	if os.Getuid() != 0 {
		return
	}
	uid, gid, err := nobody()
	if err != nil {
		tb.Fatal(err)
	}
	if err := os.Chown(path, int(uid), int(gid)); err != nil {
		tb.Fatalf("hand over %s: %v", path, err)
	}
}
