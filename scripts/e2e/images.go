package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

const (
	manifestType = "application/vnd.oci.image.manifest.v1+json"
	indexType    = "application/vnd.oci.image.index.v1+json"
)

type descriptor struct {
	MediaType   string            `json:"mediaType"`
	Digest      string            `json:"digest"`
	Size        int               `json:"size"`
	Platform    *platform         `json:"platform,omitempty"`
	Annotations map[string]string `json:"annotations,omitempty"`
}

type platform struct {
	Architecture string `json:"architecture"`
	OS           string `json:"os"`
}

type manifest struct {
	SchemaVersion int          `json:"schemaVersion"`
	MediaType     string       `json:"mediaType"`
	Config        *descriptor  `json:"config,omitempty"`
	Layers        []descriptor `json:"layers,omitempty"`
	Manifests     []descriptor `json:"manifests,omitempty"`
}

// images FOLDER NAME…: an OCI layout with an image of each name, its content the name; `NAME+` is an index of two platforms.
func images(arguments []string) error {
	if len(arguments) < 2 {
		return errors.New("usage: images FOLDER NAME…")
	}
	folder := layout(arguments[0])
	if err := os.MkdirAll(filepath.Join(string(folder), "blobs", "sha256"), 0o755); err != nil {
		return err
	}
	index := manifest{SchemaVersion: 2, MediaType: indexType}
	for _, name := range arguments[1:] {
		var found descriptor
		var err error
		if several := len(name) - 1; name[several] == '+' {
			name = name[:several]
			found, err = folder.index(name)
		} else {
			found, err = folder.image(name, "amd64")
		}
		if err != nil {
			return err
		}
		found.Annotations = map[string]string{"org.opencontainers.image.ref.name": name}
		index.Manifests = append(index.Manifests, found)
		fmt.Println(name, found.Digest)
	}
	if err := folder.write("oci-layout", map[string]string{"imageLayoutVersion": "1.0.0"}); err != nil {
		return err
	}
	return folder.write("index.json", index)
}

type layout string

func (l layout) index(name string) (descriptor, error) {
	index := manifest{SchemaVersion: 2, MediaType: indexType}
	for _, architecture := range []string{"amd64", "arm64"} {
		image, err := l.image(name, architecture)
		if err != nil {
			return image, err
		}
		image.Platform = &platform{architecture, "linux"}
		index.Manifests = append(index.Manifests, image)
	}
	return l.blob(indexType, index)
}

func (l layout) image(name, architecture string) (descriptor, error) {
	// A layer that cannot be unpacked: nobody here runs it.
	content, err := l.blob("application/vnd.oci.image.layer.v1.tar", name+" for "+architecture)
	if err != nil {
		return content, err
	}
	config, err := l.blob("application/vnd.oci.image.config.v1+json", map[string]any{
		"architecture": architecture, "os": "linux", "config": map[string]any{},
		"rootfs": map[string]any{"type": "layers", "diff_ids": []string{content.Digest}},
	})
	if err != nil {
		return config, err
	}
	return l.blob(manifestType, manifest{SchemaVersion: 2, MediaType: manifestType, Config: &config, Layers: []descriptor{content}})
}

func (l layout) blob(mediaType string, content any) (descriptor, error) {
	text, err := json.Marshal(content)
	if err != nil {
		return descriptor{}, err
	}
	digest := digestOf(text)
	err = os.WriteFile(filepath.Join(string(l), "blobs", "sha256", digest[len("sha256:"):]), text, 0o644)
	return descriptor{MediaType: mediaType, Digest: digest, Size: len(text)}, err
}

func (l layout) write(name string, content any) error {
	text, err := json.Marshal(content)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(string(l), name), text, 0o644)
}

func digestOf(bytes []byte) string {
	sum := sha256.Sum256(bytes)
	return "sha256:" + hex.EncodeToString(sum[:])
}
