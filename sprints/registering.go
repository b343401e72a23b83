package sprints

import (
	"errors"
	"slices"
	"strings"
)

// ProjectCap is how many projects one person may lead that are not ended, so
// that nobody fills the board alone. Organizers are not bound by it.
const ProjectCap = 10

// Registering is what registering a project needs of a store.
type Registering interface {
	Clocked
	TableReader
	ProjectWriter
}

// Register keeps a new project called name, with who as its lead. It refuses a
// name without letters, too long, taken, or that is a table's.
func Register(tx Registering, who PersonID, name string) (Project, error) {
	p := Project{Name: OneLine(name), Slug: Slug(name), State: Listed, At: tx.Now()}
	if err := nameFree(tx, p); err != nil {
		return Project{}, err
	}
	id, err := tx.AddProject(p)
	if err != nil {
		return Project{}, err
	}
	p.ID = id
	return p, tx.AddLead(p.ID, who)
}

// MayLeadMore refuses who leads ProjectCap projects already.
func MayLeadMore(v ProjectReader, who PersonID) error {
	led, err := v.LedBy(who)
	if err != nil {
		return err
	}
	led = slices.DeleteFunc(led, func(p Project) bool { return p.State == Ended })
	if len(led) < ProjectCap {
		return nil
	}
	return Refuse(Closed, "You lead %d projects, which is as many as one person may list.", len(led)).
		Hint("project set " + led[0].Slug + " state ended")
}

// Rename gives a project another name and the short name that belongs to it,
// by the rules of Register.
func Rename(tx Registering, p Project, name string) (Project, error) {
	p.Name, p.Slug = OneLine(name), Slug(name)
	if err := nameFree(tx, p); err != nil {
		return Project{}, err
	}
	return p, tx.SaveProject(p)
}

// nameFree refuses a name that can't be one, or means something already.
func nameFree(v Registering, p Project) error {
	switch n := len([]rune(p.Name)); {
	case p.Slug == "":
		return Refuse(Unclear, "A project needs a name with letters in it.").Hint("help project new")
	case n > NameMax:
		return Refuse(Unclear, "That name has %d characters; the board has room for %d.", n, NameMax).Hint("help project new")
	}
	switch old, err := v.ProjectBySlug(p.Slug); {
	case err == nil && old.ID == p.ID:
	case err == nil:
		return Refuse(Conflict, "%s is registered already.", old.Name).Hint("project show " + old.Slug)
	case !errors.Is(err, ErrNotFound):
		return err
	}
	tables, err := v.Tables()
	if err != nil {
		return err
	}
	for _, t := range tables {
		if strings.EqualFold(t.Code, p.Name) || Slug(t.Code) == p.Slug {
			return Refuse(Conflict, "%s is a table; nobody could tell the two apart.", t.Code).Hint("help project new")
		}
	}
	return nil
}
