module github.com/dokimos/dokimos/ffi/go

go 1.25
