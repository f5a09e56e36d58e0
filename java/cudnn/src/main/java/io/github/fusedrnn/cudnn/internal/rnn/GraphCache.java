package io.github.fusedrnn.cudnn.internal.rnn;

import static org.bytedeco.cuda.global.cudart.cudaStreamCaptureModeThreadLocal;
import static org.bytedeco.cuda.global.cudart.cudaStreamNonBlocking;

import io.github.fusedrnn.config.FusedRnnException;
import io.github.fusedrnn.cudnn.internal.CudaStatus;
import io.github.fusedrnn.internal.memory.TensorAccess;
import io.github.fusedrnn.tensor.FloatTensor;
import io.github.fusedrnn.tensor.RecurrentState;
import java.util.Arrays;
import org.bytedeco.cuda.cudart.CUgraphExec_st;
import org.bytedeco.cuda.cudart.CUgraph_st;
import org.bytedeco.cuda.cudart.CUstream_st;
import org.bytedeco.cuda.global.cudart;
import org.jspecify.annotations.Nullable;

/**
 * Inference calls of a plan as CUDA graphs: the second call of the same shape, weights and addresses is captured, and from then on such a call is
 * one launch. The first call is not captured: it allocates, which a capture must not, and most calls with new addresses are not repeated. Rows of
 * unequal length are not captured: cuDNN does not document how it copies their lengths to the device, and a copy from a descriptor's memory would
 * be captured as an address and read again at each launch. The caller holds the lock of the device's stream. One thread at a time.
 */
final class GraphCache {
    /** Two alternating buffers for input and for output make four calls. */
    private static final int CAPACITY = 4;

    private static final int KEY = 10;

    private final PlanContext context;
    private final InferenceRun run;
    private final Cleanup cleanup;
    private final Call[] calls = new Call[CAPACITY];
    private final long[] key = new long[KEY];
    private @Nullable CUstream_st side;
    private @Nullable String failure;
    private long clock;
    private long captures;

    GraphCache(PlanContext context, InferenceRun run, Cleanup cleanup) {
        this.context = context;
        this.run = run;
        this.cleanup = cleanup;
        for (int i = 0; i < CAPACITY; i++) {
            calls[i] = new Call();
            cleanup.add(calls[i]::forget);
        }
    }

    /** A call that has run at least once. */
    private static final class Call {
        private final long[] key = new long[KEY];
        private long used;
        private @Nullable CUgraphExec_st graph;

        boolean is(long[] other) {
            return used > 0 && Arrays.equals(key, other);
        }

        void become(long[] other) {
            forget();
            System.arraycopy(other, 0, key, 0, KEY);
        }

        void forget() {
            used = 0;
            CUgraphExec_st had = graph;
            if (had != null) {
                graph = null;
                cudart.cudaGraphExecDestroy(had);
            }
        }
    }

    /** Runs a call whose rows all have T steps as a graph, if it has run before; returns whether it did. */
    boolean run(
            Algorithm algorithm,
            CudnnPackedWeights weights,
            FloatTensor x,
            @Nullable RecurrentState in,
            FloatTensor y,
            @Nullable RecurrentState out) {
        if (failure != null) {
            return false;
        }
        CallShape shape = context.shape();
        key[0] = shape.t();
        key[1] = shape.n();
        key[2] = algorithm.ordinal();
        key[3] = weights.number();
        key[4] = TensorAccess.address(x);
        key[5] = States.h(in);
        key[6] = TensorAccess.address(y);
        key[7] = States.h(out);
        key[8] = in == out ? 1 : 0;
        key[9] = context.moves();
        Call call = find();
        if (call == null) {
            oldest().become(key);
            return false;
        }
        call.used = ++clock;
        if (call.graph == null && !capture(call, algorithm, weights, x, in, y, out)) {
            return false;
        }
        CudaStatus.check(cudart.cudaGraphLaunch(call.graph, context.ops().stream()), "cudaGraphLaunch");
        return true;
    }

    /** Records that the call of the last {@link #run} has run without a graph, so that the next one is captured. */
    void ran() {
        if (failure == null) {
            for (Call call : calls) {
                // Memory that moved in this run invalidates earlier keys.
                if (call.used == 0 && call.key[3] == key[3] && Arrays.equals(call.key, 0, KEY - 1, key, 0, KEY - 1)) {
                    call.key[KEY - 1] = context.moves();
                    call.used = ++clock;
                }
            }
        }
    }

    private @Nullable Call find() {
        for (Call call : calls) {
            if (call.is(key)) {
                return call;
            }
        }
        return null;
    }

    private Call oldest() {
        Call oldest = calls[0];
        for (Call call : calls) {
            if (call.used < oldest.used) {
                oldest = call;
            }
        }
        return oldest;
    }

    private boolean capture(
            Call call,
            Algorithm algorithm,
            CudnnPackedWeights weights,
            FloatTensor x,
            @Nullable RecurrentState in,
            FloatTensor y,
            @Nullable RecurrentState out) {
        CUgraph_st graph = new CUgraph_st();
        try {
            CUstream_st stream = side();
            context.ops().redirect(stream);
            try {
                CudaStatus.check(
                        cudart.cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal),
                        "cudaStreamBeginCapture");
                int ended;
                try {
                    run.run(algorithm, weights.spaces(false), x, in, y, out);
                } finally {
                    ended = cudart.cudaStreamEndCapture(stream, graph);
                    if (ended != 0) {
                        // The status of the second call does not matter: it only ends the capture.
                        cudart.cudaStreamEndCapture(stream, new CUgraph_st());
                    }
                }
                CudaStatus.check(ended, "cudaStreamEndCapture");
            } finally {
                context.ops().restore();
            }
            CUgraphExec_st made = new CUgraphExec_st();
            CudaStatus.check(cudart.cudaGraphInstantiate(made, graph, 0), "cudaGraphInstantiate");
            call.graph = made;
            captures++;
            return true;
        } catch (FusedRnnException e) {
            failure = e.getMessage();
            cudart.cudaGetLastError(); // clears it, or the next query of the last error would return this one
            for (Call each : calls) {
                each.forget();
            }
            return false;
        } finally {
            if (!graph.isNull()) {
                cudart.cudaGraphDestroy(graph);
            }
        }
    }

    /** A stream for captures alone: meanwhile others enqueue work on the device's stream. */
    private CUstream_st side() {
        CUstream_st known = side;
        if (known == null) {
            CUstream_st made = new CUstream_st();
            CudaStatus.check(
                    cudart.cudaStreamCreateWithFlags(made, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
            cleanup.add(() -> cudart.cudaStreamDestroy(made));
            side = made;
            known = made;
        }
        return known;
    }

    /** The state of the cache, in words. */
    String describe() {
        if (failure != null) {
            return "no CUDA graphs: a capture failed (" + failure + ")";
        }
        int now = 0;
        for (Call call : calls) {
            now += call.graph == null ? 0 : 1;
        }
        return "CUDA graphs of repeated calls: " + now + " now, " + captures + " captured so far";
    }
}
