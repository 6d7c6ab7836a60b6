/* Eight threads on one policy, one set of attestations and one context each case, and on one report. */
#include <pthread.h>

#include "check.h"

enum { THREADS = 8, CASES = 40, ROUNDS = 3 };

static dokimos_policy *policies[CASES];
static shared_case cases[CASES];
static dokimos_report *reports[CASES];

/* Says by its result whether all went well: a check that fails in a thread would end the process in its middle. */
static void *work(void *argument) {
    size_t start = *(const size_t *)argument, round, i;
    for (round = 0; round < ROUNDS; round++) {
        for (i = 0; i < CASES; i++) {
            size_t at = (start * 5 + i) % CASES;
            const shared_case *one = &cases[at];
            dokimos_report *report = NULL;
            int good;
            if (dokimos_policy_evaluate(policies[at], one->image.data, one->image.len, one->attestations, one->context,
                                        one->at, &report, NULL) != DOKIMOS_OK)
                return argument;
            good = same(dokimos_report_json(report), one->report) && same(dokimos_report_json(reports[at]), one->report);
            dokimos_report_free(report);
            if (!good) return argument;
        }
    }
    return NULL;
}

int main(int count, char **arguments) {
    file from;
    pthread_t threads[THREADS];
    size_t starts[THREADS], i;
    CHECK(count == 2);
    from = file_open(arguments[1], "cases.bin");
    CHECK(file_number(&from) >= CASES);
    for (i = 0; i < CASES; i++) {
        case_read(&from, &cases[i]);
        CHECK(dokimos_policy_from_json(cases[i].policy.data, cases[i].policy.len, &policies[i], NULL) == DOKIMOS_OK);
        reports[i] = case_evaluate(&cases[i], policies[i]);
    }
    for (i = 0; i < THREADS; i++) {
        starts[i] = i;
        CHECK(pthread_create(&threads[i], NULL, work, &starts[i]) == 0);
    }
    for (i = 0; i < THREADS; i++) {
        void *result;
        CHECK(pthread_join(threads[i], &result) == 0);
        CHECK(result == NULL);
    }
    for (i = 0; i < CASES; i++) {
        dokimos_report_free(reports[i]);
        dokimos_policy_free(policies[i]);
        case_free(&cases[i]);
    }
    free(from.bytes);
    return passed("threads");
}
