package io.github.fusedrnn.train;

import io.github.fusedrnn.Backends;
import io.github.fusedrnn.config.Activation;
import io.github.fusedrnn.config.BackendKind;
import io.github.fusedrnn.dense.DenseOps;
import io.github.fusedrnn.internal.checks.Checks;
import io.github.fusedrnn.tensor.FloatTensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Attention of every query to all keys of its row: a = softmax over the row's valid keys of q · (W k), context = Σ a k,
 * y = tanh(Wc context + Wq q + b). Luong, Pham &amp; Manning 2015, with their "general" score; since the queries do not
 * depend on the contexts, a decoder runs over a whole sequence in one call. Sequences are batch-major: queries {@code
 * [N, Q, querySize]}, keys {@code [N, K, keySize]}.
 *
 * <p>{@link #backward} is that of the last {@link #forward}, whose tensors must still hold what they held. One thread at
 * a time.
 */
public final class Attention implements AutoCloseable {
    private final DenseOps ops;
    private final Dense score;
    private final Dense fromContext;
    private final Dense fromQuery;
    private final Workspace projected;
    private final Workspace dProjected;
    private final Workspace weights;
    private final Workspace dWeights;
    private final Workspace contexts;
    private final Workspace dContexts;
    private final Workspace scratch;
    private @Nullable Call last;

    /** One forward and the memory that it left behind; a is packed: row n has Q × lengths[n] values from n × Q × K on. */
    private record Call(
            int rows,
            int queryCount,
            int keyCount,
            int[] lengths,
            FloatTensor queries,
            FloatTensor keys,
            FloatTensor projected,
            FloatTensor a,
            FloatTensor context,
            FloatTensor y) {
        FloatTensor weightsOf(FloatTensor all, int n) {
            return all.slice((long) n * queryCount * keyCount, (long) queryCount * lengths[n]);
        }
    }

    /**
     * New weights, by Glorot &amp; Bengio 2010.
     *
     * @param querySize width of a query
     * @param keySize width of a key
     * @param outSize width of y
     * @param seed of the draw
     * @param backend where it runs
     */
    public Attention(int querySize, int keySize, int outSize, long seed, BackendKind backend) {
        ops = Backends.dense(backend);
        score = Dense.builder(keySize, querySize)
                .bias(false)
                .seed(seed)
                .backend(backend)
                .build();
        fromContext = Dense.builder(keySize, outSize)
                .bias(false)
                .seed(seed + 1)
                .backend(backend)
                .build();
        fromQuery = Dense.builder(querySize, outSize)
                .seed(seed + 2)
                .backend(backend)
                .build();
        projected = new Workspace(backend);
        dProjected = new Workspace(backend);
        weights = new Workspace(backend);
        dWeights = new Workspace(backend);
        contexts = new Workspace(backend);
        dContexts = new Workspace(backend);
        scratch = new Workspace(backend);
    }

    /** Adds the three blocks {@code name_score}, {@code name_context} and {@code name_query}. */
    public void addTo(Parameters.Builder parameters, String name) {
        parameters
                .add(name + "_score", score)
                .add(name + "_context", fromContext)
                .add(name + "_query", fromQuery);
    }

    /** Width of y. */
    public int out() {
        return fromQuery.out();
    }

    /**
     * y for all queries.
     *
     * @param queries {@code [N, Q, querySize]}, read only
     * @param keys {@code [N, K, keySize]}, read only
     * @param lengths valid keys of each row, 1 to K, null = all; finite keys past them have no influence
     * @param y {@code [N, Q, outSize]}, overwritten; apart from the others
     * @throws IllegalArgumentException if a shape, a length, a memory or an overlap is wrong
     * @throws IllegalStateException if something is closed, or an open tape leases {@code y}
     */
    public void forward(FloatTensor queries, FloatTensor keys, int @Nullable [] lengths, FloatTensor y) {
        sequence("queries", queries, fromQuery.in(), "querySize");
        sequence("keys", keys, score.in(), "keySize");
        sequence("y", y, out(), "outSize");
        Checks.argument(
                keys.dim(0) == queries.dim(0), "keys", Arrays.toString(keys.dims()), "N = " + queries.dim(0) + " rows");
        int n = (int) queries.dim(0);
        int q = (int) queries.dim(1);
        int k = (int) keys.dim(1);
        int[] valid = lengths(lengths, n, k);
        Call call = new Call(
                n,
                q,
                k,
                valid,
                queries,
                keys,
                projected.take((long) n * k * score.out()).reshape(n, k, score.out()),
                weights.take((long) n * q * k),
                contexts.take((long) n * q * score.in()).reshape(n, q, score.in()),
                y);
        score.forward(keys, call.projected);
        for (int row = 0; row < n; row++) {
            FloatTensor a = call.weightsOf(call.a, row);
            int len = valid[row];
            ops.gemm(false, true, q, len, score.out(), 1, queries.slice(row, 1), head(call.projected, row, len), 0, a);
            ops.softmax(a, len, a);
            ops.gemm(false, false, q, score.in(), len, 1, a, head(keys, row, len), 0, call.context.slice(row, 1));
        }
        fromContext.forward(call.context, y);
        FloatTensor more = scratch.take(y.size()).reshape(y.dims());
        fromQuery.forward(queries, more);
        ops.axpy(1, more, y);
        ops.activate(Activation.TANH, y, y);
        last = call;
    }

    /**
     * Backward of the last {@link #forward}: adds to the gradients of the weights and gives those of queries and keys.
     *
     * @param dy gradient of y, read only
     * @param dQueries gradient of the queries, overwritten
     * @param dKeys gradient of the keys, overwritten, zero past a row's length
     * @throws IllegalArgumentException if a shape, a memory or an overlap is wrong
     * @throws IllegalStateException if there was no forward, something is closed, or an open tape leases a result
     */
    public void backward(FloatTensor dy, FloatTensor dQueries, FloatTensor dKeys) {
        Call call = last;
        if (call == null) {
            throw new IllegalStateException("backward: no forward before it");
        }
        Shapes.same("dy", dy, "y", call.y);
        Shapes.same("dQueries", dQueries, "queries", call.queries);
        Shapes.same("dKeys", dKeys, "keys", call.keys);
        int q = call.queryCount;
        int width = score.in();
        FloatTensor dz = scratch.take(dy.size()).reshape(dy.dims());
        ops.activateBackward(Activation.TANH, call.y, call.y, dy, dz);
        FloatTensor dContext = dContexts.take(call.context.size()).reshape(call.context.dims());
        fromContext.backward(call.context, call.y, dz, dContext); // identity: its y is not read
        fromQuery.backward(call.queries, call.y, dz, dQueries);

        FloatTensor dA = dWeights.take(call.a.size());
        for (int row = 0; row < call.rows; row++) {
            FloatTensor values = head(call.keys, row, call.lengths[row]);
            ops.gemm(
                    false,
                    true,
                    q,
                    call.lengths[row],
                    width,
                    1,
                    dContext.slice(row, 1),
                    values,
                    0,
                    call.weightsOf(dA, row));
        }
        softmaxBackward(call, dA);
        FloatTensor dP = dProjected.take(call.projected.size()).reshape(call.projected.dims());
        dP.fill(0);
        dKeys.fill(0);
        for (int row = 0; row < call.rows; row++) {
            int len = call.lengths[row];
            FloatTensor a = call.weightsOf(call.a, row);
            FloatTensor ds = call.weightsOf(dA, row);
            int d = score.out();
            ops.gemm(false, false, q, d, len, 1, ds, head(call.projected, row, len), 1, dQueries.slice(row, 1));
            ops.gemm(true, false, len, d, q, 1, ds, call.queries.slice(row, 1), 0, head(dP, row, len));
            ops.gemm(true, false, len, width, q, 1, a, dContext.slice(row, 1), 0, head(dKeys, row, len));
        }
        FloatTensor throughScore = scratch.take(dKeys.size()).reshape(dKeys.dims());
        score.backward(call.keys, call.projected, dP, throughScore);
        ops.axpy(1, throughScore, dKeys);
    }

    /** ds = a ∘ (da − Σ a da), in place; on the Java heap, since the dense operations have no such product. */
    private void softmaxBackward(Call call, FloatTensor dA) {
        float[] a = call.a.toArray();
        float[] d = dA.toArray();
        for (int row = 0; row < call.rows; row++) {
            int len = call.lengths[row];
            for (int query = 0; query < call.queryCount; query++) {
                int from = row * call.queryCount * call.keyCount + query * len;
                double sum = 0;
                for (int i = from; i < from + len; i++) {
                    sum += (double) a[i] * d[i];
                }
                for (int i = from; i < from + len; i++) {
                    d[i] = (float) (a[i] * (d[i] - sum));
                }
            }
        }
        dA.copyFrom(d);
    }

    /**
     * The attention weights of the last {@link #forward} over the valid keys of a row.
     *
     * @return {@code [Q][length of the row]}, each line adds up to 1
     * @throws IllegalStateException if there was no forward
     */
    public float[][] attentionWeights(int row) {
        Call call = last;
        if (call == null) {
            throw new IllegalStateException("attentionWeights: no forward before it");
        }
        float[] all = call.weightsOf(call.a, row).toArray();
        float[][] lines = new float[call.queryCount][];
        int len = call.lengths[row];
        for (int query = 0; query < lines.length; query++) {
            lines[query] = Arrays.copyOfRange(all, query * len, (query + 1) * len);
        }
        return lines;
    }

    /** The first {@code count} positions of one row. */
    private static FloatTensor head(FloatTensor sequences, int row, int count) {
        FloatTensor one = sequences.slice(row, 1);
        return one.reshape(sequences.dim(1), sequences.dim(2)).slice(0, count);
    }

    private static void sequence(String name, FloatTensor tensor, int width, String letter) {
        Checks.argument(
                tensor.rank() == 3 && tensor.dim(2) == width,
                name,
                Arrays.toString(tensor.dims()),
                "[N, .., " + width + "], " + letter);
    }

    private static int[] lengths(int @Nullable [] lengths, int n, int k) {
        if (lengths == null) {
            int[] all = new int[n];
            Arrays.fill(all, k);
            return all;
        }
        Checks.argument(lengths.length == n, "lengths", lengths.length + " lengths", "one for each of N = " + n);
        for (int length : lengths) {
            Checks.argument(length >= 1 && length <= k, "lengths", length, "1 to K = " + k);
        }
        return lengths.clone();
    }

    /** Releases weights, gradients and workspaces. */
    @Override
    public void close() {
        score.close();
        fromContext.close();
        fromQuery.close();
        for (Workspace workspace :
                new Workspace[] {projected, dProjected, weights, dWeights, contexts, dContexts, scratch}) {
            workspace.close();
        }
    }
}
