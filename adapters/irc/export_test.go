package irc

import "time"

// Hasten shortens the adapter's times, so that no test waits for a minute.
func Hasten(n *Network) {
	n.limits.tick = 20 * time.Millisecond
	n.limits.quiet = time.Second
	n.limits.dead = 5 * time.Second
	n.limits.rejoin = 300 * time.Millisecond
	n.limits.regain = 200 * time.Millisecond
	n.limits.plead = 200 * time.Millisecond
	n.limits.stall = time.Millisecond
	n.limits.quits, n.limits.returns = 2*time.Second, 2*time.Second
	n.limits.redial.least = 50 * time.Millisecond
	n.limits.redial.jitter = 50 * time.Millisecond
}

// Patient leaves a scripted server as long as the test takes, but asks soon for
// an echo that does not come.
func Patient(n *Network) {
	Hasten(n)
	n.limits.quiet, n.limits.dead, n.limits.rejoin = time.Minute, time.Hour, time.Hour
	n.limits.unechoed, n.limits.gap = 200*time.Millisecond, time.Second
}
