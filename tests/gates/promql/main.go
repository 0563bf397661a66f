// Reads alert rules as `promtool check rules` does, and the queries of a dashboard from standard input, one JSON string per line.
// Prints one line per fault and ends with exit code 1, or prints how many rules and queries it read.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql/parser"
)

func main() {
	faults := 0
	report := func(where string, err error) {
		faults++
		fmt.Printf("%s: %v\n", where, err)
	}
	rules := 0
	groups, errs := rulefmt.ParseFile(os.Args[1], false)
	for _, err := range errs {
		report(os.Args[1], err)
	}
	if groups != nil {
		for _, group := range groups.Groups {
			rules += len(group.Rules)
		}
	}
	queries := 0
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var query string
		if err := json.Unmarshal(lines.Bytes(), &query); err != nil {
			report("standard input", err)
			continue
		}
		queries++
		if _, err := parser.ParseExpr(query); err != nil {
			report(query, err)
		}
	}
	if faults > 0 {
		os.Exit(1)
	}
	fmt.Printf("%d rules, %d queries\n", rules, queries)
}
