package main

import (
	"os"
	"os/signal"
	"syscall"

	"sprintbot/sprints/chat"
)

// onHangup has the configuration read again at each SIGHUP, until stop, which
// waits.
func (r *reloads) onHangup() (stop func()) {
	signals, ended, done := make(chan os.Signal, 1), make(chan struct{}), make(chan struct{})
	signal.Notify(signals, syscall.SIGHUP)
	go func() {
		defer close(done)
		for {
			select {
			case <-signals:
				r.ask(chat.Handle{})
			case <-ended:
				return
			}
		}
	}()
	return func() {
		signal.Stop(signals)
		close(ended)
		<-done
	}
}
