// Print, for each archive named, a line of JSON with dive's own figures of it.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sort"

	"github.com/wagoodman/dive/dive/image"
	"github.com/wagoodman/dive/dive/image/docker"
)

type repeated struct {
	Layers int    `json:"layers"`
	Path   string `json:"path"`
	Size   int64  `json:"size"`
}

// The floats are text, "NaN" among them: JSON has no other way to say it to the last digit.
type figures struct {
	Efficiency        string     `json:"efficiency"`
	Paths             []repeated `json:"paths"`
	Size              uint64     `json:"size"`
	UserSize          uint64     `json:"user_size"`
	UserWastedPercent string     `json:"user_wasted_percent"`
	WastedBytes       uint64     `json:"wasted_bytes"`
}

func analyse(name string) (*figures, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	archive, err := docker.NewImageArchive(file)
	if err != nil {
		return nil, err
	}
	found, err := archive.ToImage(name)
	if err != nil {
		return nil, err
	}
	analysis, err := image.Analyze(context.Background(), found)
	if err != nil {
		return nil, err
	}
	rows := []repeated{}
	for _, each := range analysis.Inefficiencies {
		rows = append(rows, repeated{len(each.Nodes), each.Path, each.CumulativeSize})
	}
	sort.Slice(rows, func(i, j int) bool {
		if rows[i].Size != rows[j].Size {
			return rows[i].Size > rows[j].Size
		}
		return rows[i].Path < rows[j].Path
	})
	return &figures{
		fmt.Sprintf("%v", analysis.Efficiency), rows, analysis.SizeBytes, analysis.UserSizeByes,
		fmt.Sprintf("%v", analysis.WastedUserPercent), analysis.WastedBytes,
	}, nil
}

func main() {
	output := json.NewEncoder(os.Stdout)
	output.SetEscapeHTML(false)
	for _, name := range os.Args[1:] {
		found, err := analyse(name)
		if err != nil {
			fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
			os.Exit(1)
		}
		output.Encode(found)
	}
}
