// Package permbits stands in for a library that Debian doesn't package. Dive draws modes with
// it; no figure depends on it, so that no bit is ever set here.
package permbits

import "os"

// Bits are those of no file.
type Bits struct{}

func (Bits) UserRead() bool     { return false }
func (Bits) UserWrite() bool    { return false }
func (Bits) UserExecute() bool  { return false }
func (Bits) Setuid() bool       { return false }
func (Bits) GroupRead() bool    { return false }
func (Bits) GroupWrite() bool   { return false }
func (Bits) GroupExecute() bool { return false }
func (Bits) Setgid() bool       { return false }
func (Bits) OtherRead() bool    { return false }
func (Bits) OtherWrite() bool   { return false }
func (Bits) OtherExecute() bool { return false }
func (Bits) Sticky() bool       { return false }

// FileMode forgets the mode.
func FileMode(os.FileMode) Bits { return Bits{} }
