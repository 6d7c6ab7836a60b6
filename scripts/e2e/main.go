// Command e2e is what the scripts e2e-* need besides the programs of others: images made without a container engine, a
// registry that is slow or broken on demand, and a generator of load that looks at every answer.
package main

import (
	"fmt"
	"os"
)

func main() {
	commands := map[string]func([]string) error{"images": images, "registry": registry, "load": load, "push": push}
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, "usage: e2e images|registry|load|push OPTION…")
		os.Exit(2)
	}
	if err := commands[os.Args[1]](os.Args[2:]); err != nil {
		fmt.Fprintf(os.Stderr, "e2e %s: %v\n", os.Args[1], err)
		os.Exit(1)
	}
}
