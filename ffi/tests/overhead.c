/* What a call costs through the C interface: the same questions as in examples/overhead.rs. */
#include <time.h>

#include "check.h"

static const char IMAGE[] =
    "registry.example.com/shop/web@sha256:15b1d59843d1c5e119660b6c6d5fcf9aae78fc9c6ad01dd6cf51c8428222fc94";
static const char ALLOWS_ALL[] =
    "{\"apiVersion\":\"dokimos.dev/v1\",\"kind\":\"Policy\",\"default\":{\"evaluation\":\"ALWAYS_ALLOW\"}}";

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* All that a decision costs, its context and its report among it; the best of many rounds. */
static void measure(const char *name, int calls, const dokimos_policy *policy, const dokimos_attestations *set) {
    double best = 1e18;
    int round, i;
    for (round = 0; round < 30; round++) {
        double started = now(), each;
        for (i = 0; i < calls; i++) {
            dokimos_context *context;
            dokimos_report *report;
            CHECK(dokimos_context_new(&context, NULL) == DOKIMOS_OK);
            CHECK(dokimos_context_set_cluster(context, "prod-1", 6, NULL) == DOKIMOS_OK);
            CHECK(dokimos_context_set_namespace(context, "default", 7, NULL) == DOKIMOS_OK);
            CHECK(dokimos_policy_evaluate(policy, IMAGE, strlen(IMAGE), set, context, 1780272000, &report, NULL) ==
                  DOKIMOS_OK);
            CHECK(dokimos_report_is_allowed(report) && dokimos_report_json(report).len > 0);
            dokimos_report_free(report);
            dokimos_context_free(context);
        }
        each = (now() - started) / calls;
        if (each < best) best = each;
    }
    printf("C %s %.0f ns\n", name, best);
}

int main(int count, char **arguments) {
    file shop, release;
    dokimos_policy *policy;
    dokimos_attestations *set;
    CHECK(count == 2);
    shop = file_open(arguments[1], "policies/shop.json");
    release = file_open(arguments[1], "evidence/release.json");
    CHECK(dokimos_attestations_new(&set, NULL) == DOKIMOS_OK);
    CHECK(dokimos_attestations_add(set, "release.json", 12, release.bytes, release.len, NULL, NULL) == DOKIMOS_OK);
    CHECK(dokimos_policy_from_json(ALLOWS_ALL, strlen(ALLOWS_ALL), &policy, NULL) == DOKIMOS_OK);
    measure("allowed", 100000, policy, set);
    dokimos_policy_free(policy);
    CHECK(dokimos_policy_from_json(shop.bytes, shop.len, &policy, NULL) == DOKIMOS_OK);
    measure("verified", 2000, policy, set);
    dokimos_policy_free(policy);
    dokimos_attestations_free(set);
    free(shop.bytes);
    free(release.bytes);
    return 0;
}
