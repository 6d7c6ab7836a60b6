/*
 * An admission check: may these images run?
 *
 *     admission POLICY CLUSTER NAMESPACE [ATTESTATIONS]… < IMAGES
 *
 * POLICY is a file in JSON or YAML; ATTESTATIONS are the files that were found for the images; IMAGES is the list of
 * images of one workload, one a line, as in a Pod's containers. For each image one line says ALLOW or DENY, the reason,
 * and what to tell the user. The exit status is 0 if all may run, 1 if any may not, and 2 if nothing could be decided.
 *
 *     cc admission.c -o admission $(pkg-config --cflags --libs dokimos)
 */
#include <dokimos.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ALL_ALLOWED = 0, SOME_DENIED = 1, UNDECIDED = 2 };

static void refuse(const char *what, dokimos_error *error) {
    size_t i;
    fprintf(stderr, "%s: cannot be used\n", what);
    for (i = 0; i < dokimos_error_problem_count(error); i++) {
        dokimos_str path = dokimos_error_path(error, i), message = dokimos_error_message(error, i);
        fprintf(stderr, "  %.*s: %.*s\n", (int)path.len, path.data, (int)message.len, message.data);
    }
    dokimos_error_free(error);
    exit(UNDECIDED);
}

/* The whole file; the caller frees it. */
static char *read_file(const char *name, size_t *len) {
    FILE *file = fopen(name, "rb");
    size_t room = 1 << 16;
    char *bytes = malloc(room);
    *len = 0;
    while (file != NULL && bytes != NULL) {
        *len += fread(bytes + *len, 1, room - *len, file);
        if (*len < room) break;
        bytes = realloc(bytes, room *= 2);
    }
    if (file == NULL || bytes == NULL || ferror(file)) refuse(name, NULL);
    fclose(file);
    return bytes;
}

static dokimos_policy *load_policy(const char *name) {
    size_t len;
    char *bytes = read_file(name, &len);
    const char *dot = strrchr(name, '.');
    dokimos_policy *policy;
    dokimos_error *error;
    dokimos_status status = dot != NULL && strcmp(dot, ".json") == 0
                                ? dokimos_policy_from_json(bytes, len, &policy, &error)
                                : dokimos_policy_from_yaml(bytes, len, &policy, &error);
    if (status != DOKIMOS_OK) refuse(name, error);
    free(bytes);
    return policy;
}

static void add_attestations(dokimos_attestations *attestations, const char *name) {
    size_t len;
    char *bytes = read_file(name, &len);
    dokimos_error *error;
    if (dokimos_attestations_add(attestations, name, strlen(name), bytes, len, NULL, &error) != DOKIMOS_OK)
        refuse(name, error);
    free(bytes);
}

int main(int count, char **arguments) {
    int result = ALL_ALLOWED, i;
    char image[2048];
    dokimos_policy *policy;
    dokimos_attestations *attestations;
    dokimos_context *context;
    if (count < 4) {
        fprintf(stderr, "usage: %s POLICY CLUSTER NAMESPACE [ATTESTATIONS]... < IMAGES\n", arguments[0]);
        return UNDECIDED;
    }
    policy = load_policy(arguments[1]);
    if (dokimos_context_new(&context, NULL) != DOKIMOS_OK ||
        dokimos_context_set_cluster(context, arguments[2], strlen(arguments[2]), NULL) != DOKIMOS_OK ||
        dokimos_context_set_namespace(context, arguments[3], strlen(arguments[3]), NULL) != DOKIMOS_OK ||
        dokimos_attestations_new(&attestations, NULL) != DOKIMOS_OK)
        refuse("cluster or namespace", NULL);
    for (i = 4; i < count; i++) add_attestations(attestations, arguments[i]);

    while (fgets(image, sizeof image, stdin) != NULL) {
        dokimos_report *report;
        dokimos_error *error;
        dokimos_str reason, message;
        image[strcspn(image, "\r\n")] = '\0';
        /* An error is no decision: nothing is admitted on it. */
        if (dokimos_policy_evaluate(policy, image, strlen(image), attestations, context, (int64_t)time(NULL), &report,
                                    &error) != DOKIMOS_OK)
            refuse(image, error);
        reason = dokimos_report_reason_code(report);
        message = dokimos_report_message(report);
        printf("%s %.*s: %.*s\n", dokimos_report_is_allowed(report) ? "ALLOW" : "DENY", (int)reason.len, reason.data,
               (int)message.len, message.data);
        if (!dokimos_report_is_allowed(report)) result = SOME_DENIED;
        dokimos_report_free(report);
    }
    dokimos_policy_free(policy);
    dokimos_attestations_free(attestations);
    dokimos_context_free(context);
    return result;
}
