package sqlite

import "sprintbot/sprints"

func (v *view) Audits(limit int) ([]sprints.Audit, error) {
	return many(v, func(r row) (a sprints.Audit, err error) {
		err = r.Scan(toTime{&a.At}, &a.Role, id(&a.Person), &a.Verb, &a.Object, &a.Refused)
		return a, err
	}, "SELECT at, role, person, verb, object, refused FROM audit ORDER BY id DESC LIMIT ?", limit)
}

func (t *tx) AddAudit(a sprints.Audit) error {
	if a.At.IsZero() {
		a.At = t.now
	}
	_, err := t.exec("INSERT INTO audit (at, role, person, verb, object, refused) VALUES (?, ?, ?, ?, ?, ?)",
		at(a.At), a.Role, opt(a.Person), a.Verb, a.Object, a.Refused)
	return err
}
