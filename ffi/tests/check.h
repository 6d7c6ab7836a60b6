/* For the tests of libdokimos: checks that say where they failed, and a reader of the files that flatten.py writes. */
#ifndef CHECK_H
#define CHECK_H

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <dokimos.h>

static int checks = 0;

#define CHECK(condition) check((condition) ? 1 : 0, #condition, "", __FILE__, __LINE__)
#define CHECK_CASE(condition, name) check((condition) ? 1 : 0, #condition, (name), __FILE__, __LINE__)

static inline void check(int holds, const char *condition, const char *name, const char *file, int line) {
    checks++;
    if (!holds) {
        fprintf(stderr, "%s:%d: %s does not hold %s\n", file, line, condition, name);
        exit(1);
    }
}

/* Each test program's last line. */
static inline int passed(const char *program) {
    printf("%s: %d checks\n", program, checks);
    return 0;
}

/* A byte string of a file; `data` is NULL where there is none. */
typedef struct text {
    const char *data;
    size_t len;
} text;

static inline text text_of(const char *literal) {
    text result = {literal, strlen(literal)};
    return result;
}

static inline text text_from(dokimos_str view) {
    text result = {view.data, view.len};
    return result;
}

static inline int same(dokimos_str view, text expected) {
    return (view.data == NULL) == (expected.data == NULL) && view.len == expected.len &&
           (view.len == 0 || memcmp(view.data, expected.data, view.len) == 0);
}

static inline int is(dokimos_str view, const char *expected) { return same(view, text_of(expected)); }

static inline int is_none(dokimos_str view) { return view.data == NULL && view.len == 0; }

/* The document, in memory of exactly its length, so that a read past its end is seen; the caller frees it. */
typedef struct file {
    char *bytes;
    size_t len, at;
} file;

static inline file file_open(const char *folder, const char *name) {
    char path[4096];
    file result = {NULL, 0, 0};
    long size;
    FILE *stream;
    CHECK(snprintf(path, sizeof path, "%s/%s", folder, name) < (int)sizeof path);
    stream = fopen(path, "rb");
    CHECK_CASE(stream != NULL, path);
    CHECK(fseek(stream, 0, SEEK_END) == 0);
    size = ftell(stream);
    CHECK(size > 0 && fseek(stream, 0, SEEK_SET) == 0);
    result.len = (size_t)size;
    result.bytes = (char *)malloc(result.len);
    CHECK(result.bytes != NULL && fread(result.bytes, 1, result.len, stream) == result.len);
    fclose(stream);
    return result;
}

static inline uint32_t file_number(file *from) {
    unsigned char bytes[4];
    CHECK(from->at + 4 <= from->len);
    memcpy(bytes, from->bytes + from->at, 4);
    from->at += 4;
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static inline text file_text(file *from) {
    text result = {NULL, 0};
    uint32_t len = file_number(from);
    if (len == UINT32_MAX) return result;
    CHECK(from->at + len <= from->len);
    result.data = from->bytes + from->at;
    result.len = len;
    from->at += len;
    return result;
}

/* One question of the shared cases, with the answer. */
typedef struct shared_case {
    char name[128];
    text policy, yaml, image, cluster, name_space, service_account, decision, reason, report;
    dokimos_attestations *attestations;
    dokimos_context *context;
    int64_t at;
} shared_case;

static inline void case_read(file *from, shared_case *into) {
    uint32_t count;
    text name = file_text(from), other, number;
    char digits[32];
    size_t added;
    CHECK(name.len < sizeof into->name);
    memcpy(into->name, name.data, name.len);
    into->name[name.len] = '\0';
    into->policy = file_text(from);
    into->yaml = file_text(from);
    CHECK(dokimos_attestations_new(&into->attestations, NULL) == DOKIMOS_OK);
    for (count = file_number(from); count > 0; count--) {
        size_t before = dokimos_attestations_count(into->attestations);
        name = file_text(from);
        other = file_text(from);
        CHECK_CASE(dokimos_attestations_add(into->attestations, name.data, name.len, other.data, other.len, &added,
                                            NULL) == DOKIMOS_OK, into->name);
        CHECK(dokimos_attestations_count(into->attestations) == before + added);
    }
    into->image = file_text(from);
    into->cluster = file_text(from);
    into->name_space = file_text(from);
    into->service_account = file_text(from);
    CHECK(dokimos_context_new(&into->context, NULL) == DOKIMOS_OK);
    CHECK(dokimos_context_set_cluster(into->context, into->cluster.data, into->cluster.len, NULL) == DOKIMOS_OK);
    CHECK(dokimos_context_set_namespace(into->context, into->name_space.data, into->name_space.len, NULL) ==
          DOKIMOS_OK);
    CHECK(dokimos_context_set_service_account(into->context, into->service_account.data, into->service_account.len,
                                              NULL) == DOKIMOS_OK);
    for (count = file_number(from); count > 0; count--) {
        name = file_text(from);
        other = file_text(from);
        CHECK(dokimos_context_add_annotation(into->context, name.data, name.len, other.data, other.len, NULL) ==
              DOKIMOS_OK);
    }
    number = file_text(from);
    CHECK(number.len < sizeof digits);
    memcpy(digits, number.data, number.len);
    digits[number.len] = '\0';
    into->at = strtoll(digits, NULL, 10);
    into->decision = file_text(from);
    into->reason = file_text(from);
    into->report = file_text(from);
}

static inline void case_free(shared_case *one) {
    dokimos_attestations_free(one->attestations);
    dokimos_context_free(one->context);
}

static inline dokimos_report *case_evaluate(const shared_case *one, const dokimos_policy *policy) {
    dokimos_report *report = NULL;
    dokimos_error *error = NULL;
    CHECK_CASE(dokimos_policy_evaluate(policy, one->image.data, one->image.len, one->attestations, one->context,
                                       one->at, &report, &error) == DOKIMOS_OK, one->name);
    CHECK(report != NULL && error == NULL);
    return report;
}

#endif
