package sqlite

import "sprintbot/sprints"

func scanProject(r row) (p sprints.Project, err error) {
	err = r.Scan(&p.ID, &p.Slug, &p.Name, &p.Summary, &p.Langs, &p.Level, &p.FirstTimers, &p.SetupMinutes,
		&p.Days, &p.Contact, &p.State, &p.Sample, toTime{&p.At}, toTime{&p.Announced})
	return p, err
}

const projectColumns = `project.id, project.slug, project.name, project.summary, project.langs, project.level,
	project.first_timers, project.setup_minutes, project.days, project.contact, project.state, project.sample,
	project.at, project.announced`

func (v *view) Project(id sprints.ProjectID) (sprints.Project, error) {
	return one(v, scanProject, "SELECT "+projectColumns+" FROM project WHERE id = ?", id)
}

func (v *view) ProjectBySlug(slug string) (sprints.Project, error) {
	return one(v, scanProject, "SELECT "+projectColumns+" FROM project WHERE slug = ?", fold(slug))
}

func (v *view) Projects() ([]sprints.Project, error) {
	return many(v, scanProject, "SELECT "+projectColumns+" FROM project ORDER BY name COLLATE NOCASE, id")
}

func (v *view) Leads(id sprints.ProjectID) ([]sprints.Person, error) {
	return many(v, scanPerson, `
		SELECT person.id, person.nick, person.shown, person.since
		FROM lead JOIN person ON person.id = lead.person
		WHERE lead.project = ? ORDER BY lead.id`, id)
}

func (v *view) LedBy(id sprints.PersonID) ([]sprints.Project, error) {
	return many(v, scanProject, "SELECT "+projectColumns+`
		FROM lead JOIN project ON project.id = lead.project
		WHERE lead.person = ? ORDER BY project.name COLLATE NOCASE, project.id`, id)
}

func (t *tx) AddProject(p sprints.Project) (sprints.ProjectID, error) {
	if p.At.IsZero() {
		p.At = t.now
	}
	n, err := t.insert(`
		INSERT INTO project (slug, name, summary, langs, level, first_timers, setup_minutes, days, contact, state,
			sample, at, announced)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
		fold(p.Slug), p.Name, p.Summary, p.Langs, p.Level, p.FirstTimers, p.SetupMinutes, p.Days, p.Contact,
		p.State, p.Sample, at(p.At), at(p.Announced))
	return sprints.ProjectID(n), err
}

func (t *tx) SaveProject(p sprints.Project) error {
	return t.must(`
		UPDATE project SET slug = ?, name = ?, summary = ?, langs = ?, level = ?, first_timers = ?,
			setup_minutes = ?, days = ?, contact = ?, state = ?, sample = ?, announced = ?
		WHERE id = ?`,
		fold(p.Slug), p.Name, p.Summary, p.Langs, p.Level, p.FirstTimers, p.SetupMinutes, p.Days, p.Contact,
		p.State, p.Sample, at(p.Announced), p.ID)
}

func (t *tx) AddLead(project sprints.ProjectID, person sprints.PersonID) error {
	_, err := t.exec("INSERT INTO lead (project, person) VALUES (?, ?) ON CONFLICT (project, person) DO NOTHING",
		project, person)
	return err
}
