package io.github.fusedrnn.peers.comparison;

/** The kind of workload that a case represents; tables and summaries are grouped by it. */
public enum Family {
    /** One time step of one row, with the state carried from call to call: the latency of a stream. */
    STEP("step"),
    /** A whole sequence of one row. */
    SEQUENCE("sequence"),
    /** Whole sequences of several rows. */
    BATCHED("batched"),
    /** Two layers, one row. */
    STACKED("stacked"),
    /** One bidirectional layer, one row. */
    BIDIRECTIONAL("bidirectional"),
    /** Rows of different lengths, T/2 on average. */
    LENGTHS("lengths"),
    /** Forward and full backward, with changed weights in every call. */
    TRAINING("training");

    private final String label;

    Family(String label) {
        this.label = label;
    }

    /** The family's name in options and tables. */
    public String label() {
        return label;
    }
}
