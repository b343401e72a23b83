package sprints

import (
	"cmp"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"time"
	"unicode"
)

// Wish is what somebody asks of an issue. The zero Wish is any.
type Wish struct {
	Words   []string // each must be a word of the issue: its title, labels, project, language
	Minutes int      // at most this long, 0 any
	NoSetup bool     // can be done in the browser
	Project ProjectID
}

// Pick is an issue with its place in the ranking.
type Pick struct {
	EasyIssue
	Score int
	Why   string // at most four words: "lead is here", "for first-timers"
}

// MaxComments is how many comments make an issue one that was talked about
// instead of done.
const MaxComments = 15

// Bounds of the ranking's arithmetic.
const (
	monthsPerPoint = 6
	worstAge       = 3
)

// fillers are words that people put around a wish.
var fillers = wordSet("a an the and or in on for with about issue issue please something me give one some first easy good task max under up to at most only")

// ReadWish reads words like "python", "1h", "30 min", "no-setup", "docs".
// A project's name must be found by the caller, who knows the projects.
func ReadWish(words []string) Wish {
	var w Wish
	for i := 0; i < len(words); i++ {
		word := strings.Trim(strings.ToLower(words[i]), ".,;!?\"'()")
		if i+1 < len(words) && Minutes(word) == 0 && Minutes(word+words[i+1]) > 0 {
			word += words[i+1]
			i++
		}
		switch m := Minutes(word); {
		case m > 0:
			w.Minutes = m
		case word == "no-setup" || word == "nosetup" || word == "no-set-up":
			w.NoSetup = true
		case word == "no" && i+1 < len(words) && (words[i+1] == "setup" || words[i+1] == "set-up"):
			w.NoSetup = true
			i++
		case word == "half-day" || word == "halfday":
			w.Minutes = 4 * 60
		case word != "" && !fillers[word]:
			w.Words = append(w.Words, word)
		}
	}
	return w
}

// Rank orders the issues that meet the wish, best first, for one person at an
// instant with so much time left today (0: not asked). The first three are of
// three projects, unless one was asked for; equals are shuffled by who asks, so
// that ten people do not race for the same one.
//
// What must hold (open, free, nobody at it) is EasyIssues' business; negative
// labels are dropped here too. The score: tier 1 counts 5 and tier 5 counts 1;
// +3 a lead is here, +2 a language or topic asked for, +1 fits the time left,
// -1 each six months of age (to -3), -2 at 15 comments, -2 a claim ran out twice.
func Rank(issues []EasyIssue, w Wish, who string, now time.Time, left time.Duration) []Pick {
	var picks []Pick
	for _, e := range issues {
		asked, ok := w.met(e)
		if !ok || IssueTier(e.Labels, e.Repo.Labels) == 0 && slices.ContainsFunc(e.Labels, NegativeLabel) {
			continue
		}
		p := Pick{EasyIssue: e, Score: score(e, asked, now, left)}
		if w.Minutes > 0 && e.Minutes > 0 {
			p.Score += 2 // a size that is known beats one that may not fit
		}
		p.Why = why(e, w, asked)
		picks = append(picks, p)
	}
	slices.SortStableFunc(picks, func(a, b Pick) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(lot(who, a.ID), lot(who, b.ID)), cmp.Compare(a.ID, b.ID))
	})
	if w.Project != 0 {
		return picks
	}
	return diversify(picks, 3)
}

// met says whether an issue meets the wish, and the first word of it that is a
// language or topic of the project.
func (w Wish) met(e EasyIssue) (asked string, ok bool) {
	if w.Project != 0 && e.Project.ID != w.Project ||
		w.Minutes > 0 && e.Minutes > w.Minutes ||
		w.NoSetup && !NoSetup(e) {
		return "", false
	}
	if len(w.Words) == 0 {
		return "", true
	}
	topics := topicWords(strings.Join(append(slices.Clone(e.Labels), e.Project.Langs, e.Project.Summary), " "))
	rest := topicWords(strings.Join([]string{e.Title, e.Project.Name, e.Project.Slug, e.Project.Level, e.Repo.Name}, " "))
	for _, word := range w.Words {
		word = topic(word)
		switch {
		case topics[word]:
			if asked == "" {
				asked = word
			}
		case !rest[word]:
			return "", false
		}
	}
	return asked, true
}

func score(e EasyIssue, asked string, now time.Time, left time.Duration) int {
	s := 6 - e.Tier
	if e.LeadHere {
		s += 3
	}
	if asked != "" {
		s += 2
	}
	if left > 0 && e.Minutes > 0 && time.Duration(e.Minutes)*time.Minute <= left {
		s++
	}
	if !e.CreatedAt.IsZero() {
		months := int(now.Sub(e.CreatedAt).Hours() / 24 / 30)
		s -= max(0, min(worstAge, months/monthsPerPoint))
	}
	if e.Comments >= MaxComments {
		s -= 2
	}
	if e.Expired >= 2 {
		s -= 2
	}
	return s
}

func why(e EasyIssue, w Wish, asked string) string {
	switch {
	case e.LeadHere && asked != "":
		return "lead here, " + asked
	case e.LeadHere:
		return "lead is here"
	case e.Tier == SprintTier:
		return "meant for this sprint"
	case asked != "":
		return "about " + asked
	case w.NoSetup:
		return "no set-up needed"
	case e.Tier == FirstTimerTier:
		return "for first-timers only"
	case e.Project.FirstTimers:
		return "first-timers welcome"
	case e.Tier == GoodFirstTier:
		return "good to begin with"
	case e.Tier == EasyTier:
		return "marked as easy"
	}
	return "help is wanted"
}

// diversify moves to the front the best issue of each of n projects.
func diversify(picks []Pick, n int) []Pick {
	seen := map[ProjectID]bool{}
	var front, rest []Pick
	for _, p := range picks {
		if len(front) < n && !seen[p.Project.ID] {
			seen[p.Project.ID] = true
			front = append(front, p)
		} else {
			rest = append(rest, p)
		}
	}
	return append(front, rest...)
}

// lot is a number that shuffles issues differently for each person, and the
// same each time they ask.
func lot(who string, id IssueID) uint64 {
	h := fnv.New64a()
	fmt.Fprintf(h, "%d\x00%s\x00%d", id, who, id)
	return h.Sum64()
}

// NoSetup says that an issue can be done without building anything: words,
// pages, translations, which a browser edits.
func NoSetup(e EasyIssue) bool {
	words := topicWords(strings.Join(append(slices.Clone(e.Labels), e.Title), " "))
	for _, w := range []string{"no-setup", "doc", "typo", "translation", "translate", "readme", "wording", "spelling", "website"} {
		if words[topic(w)] {
			return true
		}
	}
	return false
}

// Languages are a project's languages, folded.
func Languages(p Project) []string {
	return strings.FieldsFunc(strings.ToLower(p.Langs), func(r rune) bool { return r == ',' || r == '/' || r == ';' || unicode.IsSpace(r) })
}

// topicWords are the words of s as topic folds them; signs inside a word stay,
// so that C, C# and C++ are three.
func topicWords(s string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("+#-", r)
	}) {
		set[topic(w)] = true
		for part := range strings.SplitSeq(w, "-") {
			set[topic(part)] = true
		}
	}
	delete(set, "")
	return set
}

// topic is a word as compared: small, singular, the long form of short ones.
func topic(w string) string {
	w = singular(strings.ToLower(strings.Trim(w, "-")))
	switch w {
	case "documentation", "documenting", "doc", "docs":
		return "doc"
	case "js":
		return "javascript"
	case "ts":
		return "typescript"
	case "py", "python3":
		return "python"
	case "golang":
		return "go"
	case "cpp", "cplusplus":
		return "c++"
	case "csharp":
		return "c#"
	case "testing":
		return "test"
	case "translations", "i18n", "l10n", "translating":
		return "translation"
	}
	return w
}
