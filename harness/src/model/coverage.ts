/** Environment variable with the directory where the tests leave what ran; unset: nothing is counted. */
export const COVERAGE_VARIABLE = "SIDECRAFT_COVERAGE";

/** Environment variable that says what is measured: "all" for the SDK too, else filters. */
export const COVERAGE_SOURCES_VARIABLE = "SIDECRAFT_COVERAGE_SOURCES";
