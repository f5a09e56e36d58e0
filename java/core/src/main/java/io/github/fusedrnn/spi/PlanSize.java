package io.github.fusedrnn.spi;

/**
 * The size of a plan.
 *
 * @param t largest T of a call
 * @param n largest N of a call
 * @param threads at most so many may work on a call
 * @param training whether it serves forward with a tape and backward
 */
public record PlanSize(int t, int n, int threads, boolean training) {
    /** What messages call the plan. */
    public String label() {
        return "plan for T = " + t + ", N = " + n;
    }
}
