//go:build linux

package console_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"sprintbot/adapters/console"
	"sprintbot/sprints/chat"
)

// person sits at a terminal in front of a console that runs in a process of
// its own, as standard input does.
type person struct {
	t      *testing.T
	master *os.File
	shown  chan string // all that stands on the screen so far, after each read
	all    string
	seen   int // of all
	cmd    *exec.Cmd
}

func atTerminal(t *testing.T) *person {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { master.Close() })
	fd := int(master.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80}); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer slave.Close()
	p := &person{t: t, master: master, shown: make(chan string, 1)}
	p.cmd = exec.Command(os.Args[0], "-test.run", "^TestConsoleInItsOwnProcess$")
	p.cmd.Env = append(os.Environ(), "CONSOLE_OF_TEST=1", "TERM=xterm")
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = slave, slave, os.Stderr
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		defer close(p.shown)
		var all bytes.Buffer
		buffer := make([]byte, 4096)
		for {
			k, err := master.Read(buffer)
			all.Write(buffer[:k])
			select { // the newest screen replaces one nobody looked at
			case <-p.shown:
			default:
			}
			p.shown <- all.String()
			if err != nil {
				return
			}
		}
	}()
	t.Cleanup(func() { p.cmd.Process.Kill() })
	return p
}

func (p *person) types(keys string) {
	if _, err := p.master.WriteString(keys); err != nil {
		p.t.Fatal(err)
	}
}

// sees waits until words stand on the screen, behind what was seen before.
func (p *person) sees(words string) {
	p.t.Helper()
	for late := time.After(20 * time.Second); ; {
		if at := strings.Index(p.all[p.seen:], words); at >= 0 {
			p.seen += at + len(words)
			return
		}
		select {
		case all, ok := <-p.shown:
			if !ok {
				p.t.Fatalf("%q never came; the screen ended with %q", words, p.all[p.seen:])
			}
			p.all = all
		case <-late:
			p.t.Fatalf("%q never came: %q", words, p.all[p.seen:])
		}
	}
}

func (p *person) ends() {
	p.t.Helper()
	if err := p.cmd.Wait(); err != nil {
		p.t.Errorf("the console's process: %v", err)
	}
}

// TestConsoleInItsOwnProcess is the console that the other tests sit in front of.
func TestConsoleInItsOwnProcess(t *testing.T) {
	if os.Getenv("CONSOLE_OF_TEST") == "" {
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	n := console.New(console.Config{Nick: "ada", In: os.Stdin, Out: os.Stdout, Terminal: true,
		Complete: func(prefix string) []string {
			if strings.HasPrefix("headcount ", prefix) {
				return []string{"headcount "}
			}
			return nil
		}})
	// Somebody on the page speaks at each of these signals.
	spoke := make(chan os.Signal, 1)
	signal.Notify(spoke, syscall.SIGUSR1)
	go func() {
		for range spoke {
			row := chat.Outgoing{To: n.Place(), Kind: chat.Said, From: "lobby", As: &chat.Handle{Nick: "eve"}, Reply: chat.Saying(chat.Plainly("hello"))}
			n.Send(ctx, n.Render(row)[0], func(chat.Receipt, error) {})
		}
	}()
	err := n.Run(ctx, (&desk{}).hear)
	fmt.Printf("ended: %v\n", err)
	if err != nil && !errors.Is(err, console.ErrEnd) {
		os.Exit(1)
	}
	os.Exit(0)
}

func TestATerminalCompletesColoursAndRemembers(t *testing.T) {
	p := atTerminal(t)
	p.sees("ada> ")
	p.types("hea\t")
	p.sees("headcount ")
	p.types("301 40\r")
	p.sees("ada asked: headcount 301 40")
	p.sees("\x1b[1mtake 2\x1b[0m")
	p.sees("ada> ")
	p.types("\x1b[A") // up
	p.sees("headcount 301 40")
	p.types("\r")
	p.sees("ada asked: headcount 301 40")
	p.sees("ada> ")
	p.types("/quit\r")
	p.sees("ended: the console's input has ended")
	p.ends()
}

func TestWordsInTheRoomLeaveWhatIsTypedOnATerminal(t *testing.T) {
	p := atTerminal(t)
	p.sees("ada> ")
	p.types("half typed")
	p.sees("half typed")
	p.cmd.Process.Signal(syscall.SIGUSR1)
	p.sees("[lobby]\x1b[0m eve: hello\r\n")
	p.sees("half typed") // drawn again below
	p.types("\r")
	p.sees("ada asked: half typed")
	p.sees("ada> ")
	p.types("\x04") // end of input
	p.sees("ended: the console's input has ended")
	p.ends()
}

func TestATerminalIsGivenBackWhenTheBotIsStopped(t *testing.T) {
	p := atTerminal(t)
	p.sees("ada> ")
	p.cmd.Process.Signal(syscall.SIGTERM)
	p.sees("ended: <nil>")
	mode, err := unix.IoctlGetTermios(int(p.master.Fd()), unix.TCGETS)
	if err != nil {
		t.Fatal(err)
	}
	if mode.Lflag&unix.ECHO == 0 || mode.Lflag&unix.ICANON == 0 || mode.Lflag&unix.ISIG == 0 {
		t.Error("the terminal stays in raw mode")
	}
	p.ends()
}
