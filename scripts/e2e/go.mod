module github.com/dokimos/dokimos/scripts/e2e

go 1.25
