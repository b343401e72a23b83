package commands

import "strings"

// Complete is the command lines that begin with what was typed, for the
// console: names of the table, each with a space behind where more is needed.
func Complete(typed string) []string {
	var lines []string
	for _, c := range Table() {
		if strings.HasPrefix(c.Name, fold(typed)) {
			line := c.Name
			if c.Min > 0 {
				line += " "
			}
			lines = append(lines, line)
		}
	}
	return lines
}
