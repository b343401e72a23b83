package commands

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	edlib "github.com/hbollon/go-edlib"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"sprintbot/sprints"
)

// suggestions is how many near misses an answer offers at most.
const suggestions = 3

// projectFinder is what findProject reads.
type projectFinder interface {
	sprints.ProjectReader
	sprints.RepoReader
}

// fold makes names comparable: width and case folded, one space between
// words, without the marks that people put around a name.
func fold(s string) string {
	s = cases.Fold().String(norm.NFKC.String(s))
	s = strings.Join(strings.Fields(s), " ")
	return strings.Trim(s, `.,;:!?"'“”‘’«»<>()#@*_`+"`")
}

// near says how far apart two folded words are, ok is false when they are too
// far for one to be a slip of the other: two letters at most, and fewer than
// half of what was typed.
func near(typed, word string) (distance int, ok bool) {
	n, m := len([]rune(typed)), len([]rune(word))
	if n-m > 2 || m-n > 2 {
		return 0, false
	}
	d := edlib.OSADamerauLevenshteinDistance(typed, word)
	return d, d <= 2 && 2*d < n
}

// findProject is the project that a person means by its short name, its name,
// one of its repositories or a unique beginning of these. Otherwise the error
// is a Refusal that suggests near ones.
func findProject(v projectFinder, call *Call, typed string) (sprints.Project, error) {
	all, err := v.Projects()
	if err != nil {
		return sprints.Project{}, err
	}
	want, slug := fold(typed), sprints.Slug(typed)
	if want == "" {
		return sprints.Project{}, sprints.Refuse(sprints.Unclear, "Which project?").Hint("projects")
	}
	for _, p := range all {
		if p.Slug == want || p.Slug == slug || fold(p.Name) == want {
			return p, nil
		}
	}
	if owner, name, ok := sprints.ParseRepo(strings.TrimRight(typed, ".,;:!?")); ok {
		switch r, err := v.RepoByName(owner, name); {
		case err == nil:
			return v.Project(r.Project)
		case !errors.Is(err, sprints.ErrNotFound):
			return sprints.Project{}, err
		}
	}
	var begins []sprints.Project
	for _, p := range all {
		if strings.HasPrefix(p.Slug, want) || slug != "" && strings.HasPrefix(p.Slug, slug) ||
			strings.HasPrefix(fold(p.Name), want) {
			begins = append(begins, p)
		}
	}
	switch len(begins) {
	case 0:
		return sprints.Project{}, unknownProject(call, typed, nearProjects(all, want))
	case 1:
		return begins[0], nil
	}
	r := sprints.Refuse(sprints.Unclear, "%d projects begin with %q.", len(begins), want)
	return sprints.Project{}, hintProjects(r, call, begins)
}

// nearProjects are projects whose name is a slip away, nearest first.
func nearProjects(all []sprints.Project, want string) []sprints.Project {
	type miss struct {
		sprints.Project
		by int
	}
	var misses []miss
	for _, p := range all {
		best := -1
		for _, word := range []string{p.Slug, fold(p.Name)} {
			if d, ok := near(want, word); ok && (best < 0 || d < best) {
				best = d
			}
		}
		if best >= 0 {
			misses = append(misses, miss{p, best})
		}
	}
	slices.SortStableFunc(misses, func(a, b miss) int { return cmp.Compare(a.by, b.by) })
	ps := make([]sprints.Project, len(misses))
	for i, m := range misses {
		ps[i] = m.Project
	}
	return ps
}

func unknownProject(call *Call, typed string, nearby []sprints.Project) *sprints.Refusal {
	r := sprints.Refuse(sprints.Unknown, "I know no project called %q.", shortened(typed))
	if len(nearby) == 0 {
		return r.Hint("projects")
	}
	return hintProjects(r, call, nearby)
}

// hintProjects offers the asker's own command with each of ps.
func hintProjects(r *sprints.Refusal, call *Call, ps []sprints.Project) *sprints.Refusal {
	for _, p := range ps[:min(len(ps), suggestions)] {
		r.Hint(call.again(p.Slug))
	}
	return r
}

// again is the asker's command line with another object, where that is all
// the command needs; else a look at the object.
func (c *Call) again(object string) string {
	if c != nil && c.Command != nil && c.Command.Min <= 1 && c.Command.Max != 0 {
		return c.Command.Name + " " + object
	}
	return "project show " + object
}

// tableKey is a table's code as compared: "B4", "b 4", "table B-4" are one.
func tableKey(s string) string {
	s = fold(s)
	if rest, ok := strings.CutPrefix(s, "table"); ok && strings.TrimSpace(rest) != "" {
		s = rest
	}
	return strings.NewReplacer(" ", "", "-", "", "#", "").Replace(s)
}

// findTable is the table that a person means: "B4", "table b4", "b 4". A
// Refusal if there is none.
func findTable(v sprints.TableReader, typed string) (sprints.Table, error) {
	all, err := v.Tables()
	if err != nil {
		return sprints.Table{}, err
	}
	want := tableKey(typed)
	if i := slices.IndexFunc(all, func(t sprints.Table) bool { return tableKey(t.Code) == want }); want != "" && i >= 0 {
		return all[i], nil
	}
	return sprints.Table{}, sprints.Refuse(sprints.Unknown, "I know no table %q.", shortened(typed)).Hint("where")
}

// spot is a table or a project that somebody named; the other is nil.
type spot struct {
	Table   *sprints.Table
	Project *sprints.Project
}

// tableOrProject is the table or the project that a person means; a table's
// code goes before a project's name. Otherwise the error is a Refusal.
func tableOrProject(v interface {
	projectFinder
	sprints.TableReader
}, call *Call, typed string) (spot, error) {
	t, err := findTable(v, typed)
	if err == nil {
		return spot{Table: &t}, nil
	}
	notTable := sprints.Refused(err)
	if notTable == nil {
		return spot{}, err
	}
	p, err := findProject(v, call, typed)
	if err == nil {
		return spot{Project: &p}, nil
	}
	if r := sprints.Refused(err); r != nil && r.Kind == sprints.Unknown && len(r.Hints) == 1 && r.Hints[0] == "projects" {
		return spot{}, sprints.Refuse(sprints.Unknown, "I know no project and no table called %q.", shortened(typed)).
			Hint("projects", "where")
	}
	return spot{}, err
}

// shortened keeps a stranger's word from filling the answer.
func shortened(s string) string {
	s = sprints.OneLine(s)
	if r := []rune(s); len(r) > 40 {
		return string(r[:39]) + "…"
	}
	return s
}
