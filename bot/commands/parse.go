package commands

import (
	"cmp"
	"slices"
	"strings"

	"sprintbot/sprints"
)

// Parsed is what a command line says, before any right is looked at.
type Parsed struct {
	Command *Command // nil if the line begins with no command
	Args    []string // words after the command's name
	Guess   bool     // the name was only begun: "proj" for projects
	Typed   string   // the name as typed
	Near    []string // whole lines that may have been meant, nearest first, at most three
}

// entry is one name of a command, cut into words.
type entry struct {
	fields  []string
	command *Command
}

// Parse reads a command line generously: doors left in front ("!", "#"), marks
// behind a name and characters that show nothing are passed over, case and width are folded, a name may
// be begun, and two words may be joined by a hyphen. It never fails: a line
// that is no command has no Command.
func Parse(table []Command, line string) Parsed {
	words := split(seen(line))
	if len(words) > 0 && words[0].quoted { // as hints show commands: "help here"
		words = append(split(words[0].text), words[1:]...)
	}
	if len(words) == 0 || len(table) == 0 || fold(words[0].text) == "" {
		return Parsed{}
	}
	if strings.ContainsRune(`:./\\`, []rune(words[0].text)[0]) && !words[0].quoted {
		return Parsed{Typed: words[0].text} // another program's door: a hint is for who answers
	}
	entries := entriesOf(table)
	if spoken(words) && !slices.ContainsFunc(entries, func(e entry) bool { return begins(e.fields, words, true) }) {
		return Parsed{Typed: words[0].text} // neither a name begun nor a slip
	}
	if p, ok := parse(entries, words); ok {
		return p
	}
	if first, second, ok := strings.Cut(strings.ReplaceAll(words[0].text, "_", "-"), "-"); ok && first != "" && second != "" {
		apart := append([]word{{text: first}, {text: second}}, words[1:]...)
		if p, ok := parse(entries, apart); ok && p.Command != nil {
			return p
		}
	}
	return Parsed{Typed: words[0].text, Near: nearLines(entries, words)}
}

func entriesOf(table []Command) []entry {
	var entries []entry
	for i := range table {
		c := &table[i]
		entries = append(entries, entry{strings.Fields(c.Name), c})
		for _, a := range c.Aliases {
			entries = append(entries, entry{strings.Fields(a), c})
		}
	}
	// Longer names first: "project new" before "project".
	slices.SortStableFunc(entries, func(a, b entry) int { return cmp.Compare(len(b.fields), len(a.fields)) })
	return entries
}

// parse finds a name that is typed whole, else one that is begun and unique.
// ok is false when neither is there.
func parse(entries []entry, words []word) (Parsed, bool) {
	for _, e := range entries {
		if begins(e.fields, words, true) {
			if slips := slipped(entries, e, words); slips != nil {
				return Parsed{Typed: joined(words[:2]), Near: slips}, true
			}
			return taken(e, words, false), true
		}
	}
	for n := len(entries[0].fields); n > 0; n-- {
		var found []entry
		for _, e := range entries {
			same := func(f entry) bool { return f.command == e.command }
			if len(e.fields) == n && begins(e.fields, words, false) && !slices.ContainsFunc(found, same) {
				found = append(found, e)
			}
		}
		switch {
		case len(found) == 1 && n == 1 && len(nearLines(entriesOfLength(entries, 2), words)) > 0:
			near := append(nearLines(entriesOfLength(entries, 2), words), lineOf(found[0].command, words[1:]))
			return Parsed{Typed: joined(words[:2]), Near: near[:min(len(near), suggestions)]}, true
		case len(found) == 1:
			return taken(found[0], words, true), true
		case len(found) > 1:
			p := Parsed{Typed: joined(words[:n]), Guess: true}
			for _, e := range found[:min(len(found), suggestions)] {
				p.Near = append(p.Near, lineOf(e.command, words[n:]))
			}
			return p, true
		}
	}
	return Parsed{}, false
}

// entriesOfLength are the names of n words.
func entriesOfLength(entries []entry, n int) []entry {
	return slices.DeleteFunc(slices.Clone(entries), func(e entry) bool { return len(e.fields) != n })
}

// begins says that words start with a name; whole: typed to its end.
func begins(fields []string, words []word, whole bool) bool {
	if len(words) < len(fields) {
		return false
	}
	for i, f := range fields {
		w := fold(words[i].text)
		if w == "" || w != f && (whole || !strings.HasPrefix(f, w)) {
			return false
		}
	}
	return true
}

// slipped are the lines that may have been meant where a one-word name is also
// the first word of longer ones and the second is nearly theirs: "project nwe".
func slipped(entries []entry, hit entry, words []word) []string {
	if len(hit.fields) != 1 || len(words) < 2 {
		return nil
	}
	var lines []string
	for _, e := range entries {
		if len(e.fields) == 2 && e.fields[0] == hit.fields[0] && len(lines) < suggestions-1 {
			if _, ok := near(fold(words[1].text), e.fields[1]); ok {
				lines = append(lines, lineOf(e.command, words[2:]))
			}
		}
	}
	if lines != nil {
		lines = append(lines, lineOf(hit.command, words[1:]))
	}
	return lines
}

// taken is a parsed line whose name is e.
func taken(e entry, words []word, guess bool) Parsed {
	n := len(e.fields)
	return Parsed{Command: e.command, Args: arguments(e.command, words[n:]), Guess: guess, Typed: joined(words[:n])}
}

// arguments are words without the marks and the politeness that end a line.
func arguments(c *Command, words []word) []string {
	if !c.Free {
		for len(words) > 0 && !words[len(words)-1].quoted {
			last := len(words) - 1
			bare := strings.TrimRight(words[last].text, ".,;!?")
			if bare != "" && !polite(bare) {
				words = append(slices.Clone(words[:last]), word{text: bare})
				break
			}
			words = words[:last]
		}
	}
	var args []string
	for _, w := range words {
		if w.text != "" || w.quoted {
			args = append(args, w.text)
		}
	}
	return args
}

// spoken says that somebody speaks to the bot as to a person: "how do I
// start", "I am new here".
func spoken(words []word) bool {
	switch strings.NewReplacer("'", "", "’", "").Replace(fold(words[0].text)) {
	case "how", "what", "whats", "why", "when", "which", "can", "could", "should", "would", "im", "ive", "id":
		return len(words) > 1
	case "i", "is", "are", "am", "do", "does", "may", "will":
		return len(words) > 2
	}
	return false
}

func polite(s string) bool {
	switch fold(s) {
	case "please", "pls", "plz", "thanks", "thx":
		return true
	}
	return false
}

// nearLines are the lines whose name is a slip away from what was typed.
func nearLines(entries []entry, words []word) []string {
	type miss struct {
		entry
		by int
	}
	var misses []miss
	if len(words[0].text) > 100 {
		return nil // nobody's slip of the finger
	}
	for _, e := range entries {
		name := strings.Join(e.fields, " ")
		best, used := -1, 0
		for n := 1; n <= min(len(e.fields), len(words)); n++ {
			typed := fold(joined(words[:n]))
			if d, ok := near(typed, name); ok && (best < 0 || d < best) {
				best, used = d, n
			}
		}
		if best >= 0 {
			misses = append(misses, miss{entry{e.fields[:used], e.command}, best})
		}
	}
	slices.SortStableFunc(misses, func(a, b miss) int { return cmp.Compare(a.by, b.by) })
	var lines []string
	seen := map[*Command]bool{}
	for _, m := range misses {
		if !seen[m.command] && len(lines) < suggestions {
			seen[m.command] = true
			lines = append(lines, lineOf(m.command, words[len(m.fields):]))
		}
	}
	return lines
}

// lineOf is a command with the words somebody typed behind another name.
func lineOf(c *Command, rest []word) string {
	line := sprints.OneLine(joined(rest))
	if c.Max == 0 || line == "" || len(line) > 200 {
		return c.Name
	}
	return c.Name + " " + line
}
