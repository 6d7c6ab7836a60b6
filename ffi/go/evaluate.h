/* One call from Go for a whole decision: each call into C costs as much as several of the library's. */
#include <dokimos.h>

typedef struct dokimos_go_answer {
    dokimos_report *report;
    dokimos_error *error;
    dokimos_str message, json;
    int32_t reason;
    bool allowed, dry_run_violation;
} dokimos_go_answer;

static dokimos_status dokimos_go_context(dokimos_context *context, const char *cluster, size_t cluster_len,
                                         const char *name_space, size_t name_space_len, const char *account,
                                         size_t account_len, const char *annotations, const size_t *lengths,
                                         size_t lengths_count, dokimos_error **error) {
    size_t i;
    dokimos_status status = DOKIMOS_OK;
    /* The empty string is a name that is not known. */
    if (cluster_len > 0) status = dokimos_context_set_cluster(context, cluster, cluster_len, error);
    if (status == DOKIMOS_OK && name_space_len > 0)
        status = dokimos_context_set_namespace(context, name_space, name_space_len, error);
    if (status == DOKIMOS_OK && account_len > 0)
        status = dokimos_context_set_service_account(context, account, account_len, error);
    for (i = 0; status == DOKIMOS_OK && i + 1 < lengths_count; i += 2) {
        const char *value = annotations + lengths[i];
        status = dokimos_context_add_annotation(context, annotations, lengths[i], value, lengths[i + 1], error);
        annotations = value + lengths[i + 1];
    }
    return status;
}

static dokimos_status dokimos_go_evaluate(const dokimos_policy *policy, const char *image, size_t image_len,
                                          const dokimos_attestations *attestations, const char *cluster,
                                          size_t cluster_len, const char *name_space, size_t name_space_len,
                                          const char *account, size_t account_len, const char *annotations,
                                          const size_t *lengths, size_t lengths_count, int64_t now,
                                          dokimos_go_answer *answer) {
    dokimos_context *context = NULL;
    dokimos_status status = dokimos_context_new(&context, &answer->error);
    if (status == DOKIMOS_OK)
        status = dokimos_go_context(context, cluster, cluster_len, name_space, name_space_len, account, account_len,
                                    annotations, lengths, lengths_count, &answer->error);
    if (status == DOKIMOS_OK)
        status = dokimos_policy_evaluate(policy, image, image_len, attestations, context, now, &answer->report,
                                         &answer->error);
    dokimos_context_free(context);
    if (status != DOKIMOS_OK) return status;
    answer->allowed = dokimos_report_is_allowed(answer->report);
    answer->dry_run_violation = dokimos_report_is_dry_run_violation(answer->report);
    answer->reason = dokimos_report_reason(answer->report);
    answer->message = dokimos_report_message(answer->report);
    answer->json = dokimos_report_json(answer->report);
    return status;
}
