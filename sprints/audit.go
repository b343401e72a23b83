package sprints

import "time"

// Audit is a trace of a verb that changes what others see: who might, what,
// when; never any message's words.
type Audit struct {
	At      time.Time
	Role    string // the right it was done by: "lead", "organizer"
	Person  PersonID
	Verb    string
	Object  string // "table B4", "project foo"
	Refused bool
}

// AuditReader reads the newest entries first.
type AuditReader interface {
	Audits(limit int) ([]Audit, error)
}

// AuditWriter appends.
type AuditWriter interface {
	AuditReader
	AddAudit(Audit) error
}
