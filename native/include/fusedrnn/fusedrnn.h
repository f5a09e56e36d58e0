/*
 * The C ABI of FusedRNN's CPU kernels: the only header that Java sees.
 *
 * Letters: T time steps, N batch rows, C input size, H hidden size, P projection size, L layers, D
 * directions, G gates. All matrices are float32, row-major, last index fastest. Gate order inside
 * every buffer: LSTM i f g o, GRU r z n.
 *
 * Memory is passed as fr_address (an address in an int64_t): the Java side keeps its owner alive
 * and in use for the length of the call, and a long costs nothing to pass. 0 means "absent" where a
 * parameter is said to be optional.
 *
 * No function exits, aborts, prints or throws. int32_t results are a status, FR_OK = 0; after
 * another value, or after a NULL from a create function, fr_last_status() and fr_last_error() of
 * the same thread say what was wrong.
 *
 * Threads: a plan is used by one thread at a time. Layers and packed weights are immutable and may
 * be shared. All other functions may be called by any thread at any time.
 */
#pragma once

#include <stdint.h>

#if defined(__GNUC__) && !defined(FUSEDRNN_PARSING)
#define FR_API __attribute__((visibility("default")))
#else
#define FR_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef int64_t fr_address;

enum {
  FR_OK = 0,
  FR_INVALID_ARGUMENT = 1,
  FR_OUT_OF_MEMORY = 2,
  FR_UNSUPPORTED = 3,
  FR_BLAS_UNAVAILABLE = 4,
  FR_INTERNAL = 5
};

/* Instruction sets, in the order of preference upwards. */
enum { FR_ISA_PLAIN = 0, FR_ISA_NEON = 1, FR_ISA_AVX2 = 2, FR_ISA_AVX512 = 3, FR_ISA_COUNT = 4 };

/* How the products are computed: by our kernels on packed weights, or by OpenBLAS on canonical
 * ones; or, for inference of the standard cells, by our kernels on compressed weights. FLOAT16: the
 * results of weights rounded to IEEE half, to the bit. INT8: a scale per row of a weight matrix,
 * and inputs and h of 16 bits with a scale per row. */
enum {
  FR_PRODUCTS_PACKED = 0,
  FR_PRODUCTS_OPENBLAS = 1,
  FR_PRODUCTS_FLOAT16 = 2,
  FR_PRODUCTS_INT8 = 3
};

enum { FR_CELL_RNN = 0, FR_CELL_LSTM = 1, FR_CELL_GRU = 2 };
enum { FR_DIRECTION_FORWARD = 0, FR_DIRECTION_REVERSE = 1, FR_DIRECTION_BIDIRECTIONAL = 2 };
enum { FR_RESET_AFTER = 0, FR_RESET_BEFORE = 1, FR_RESET_NONE = 2 };

/* Activations, with ONNX's formulas; alpha and beta where named. */
enum {
  FR_ACT_SIGMOID = 0,
  FR_ACT_TANH = 1,
  FR_ACT_RELU = 2,
  FR_ACT_IDENTITY = 3,
  FR_ACT_HARD_SIGMOID = 4,     /* max(0, min(1, alpha x + beta)) */
  FR_ACT_SOFTSIGN = 5,         /* x / (1 + |x|) */
  FR_ACT_SOFTPLUS = 6,         /* log(1 + e^x) */
  FR_ACT_ELU = 7,              /* x if x >= 0, else alpha (e^x - 1) */
  FR_ACT_LEAKY_RELU = 8,       /* x if x >= 0, else alpha x */
  FR_ACT_THRESHOLDED_RELU = 9, /* x if x >= alpha, else 0 */
  FR_ACT_SCALED_TANH = 10,     /* alpha tanh(beta x) */
  FR_ACT_AFFINE = 11           /* alpha x + beta */
};

/* The parameters of one layer and direction, in canonical order (the column index of an offsets
 * table). */
enum {
  FR_WEIGHT_IH = 0,       /* [G*H, C_k] */
  FR_WEIGHT_HH = 1,       /* [G*H, P or H] */
  FR_BIAS_IH = 2,         /* [G*H] */
  FR_BIAS_HH = 3,         /* [G*H] */
  FR_WEIGHT_HR = 4,       /* [P, H] */
  FR_WEIGHT_PEEPHOLE = 5, /* [3*H] in the order i f o */
  FR_WEIGHT_KINDS = 6
};

/* What a recurrent layer computes. Checked by fr_layer_create, which copies it. */
typedef struct fr_desc {
  int32_t cell;            /* FR_CELL_* */
  int32_t input_size;      /* C >= 1 */
  int32_t hidden_size;     /* H >= 1 */
  int32_t projection_size; /* P, 0 = none (LSTM only) */
  int32_t layers;          /* L >= 1 */
  int32_t direction;       /* FR_DIRECTION_* */
  int32_t merge_sum;       /* bidirectional: 0 concat, 1 every layer's two outputs are summed */
  int32_t bias;            /* 0 or 1 */
  int32_t batch_major;     /* x and y are [N, T, .] instead of [T, N, .] */
  int32_t gru_reset;       /* FR_RESET_* */
  int32_t peephole;        /* LSTM: i and f see c_{t-1}, o sees c_t */
  int32_t coupled; /* LSTM: f = 1 - i; the f rows of the weights are unused and get gradient zero */
  float cell_clip; /* LSTM: bound of |c|, 0 = none */
  float gate_clip; /* bound of |pre-activation| of every gate, 0 = none */
  float dropout;   /* between layers, in training only; 0 <= dropout < 1 */
  int32_t activation[6]; /* [direction][slot] FR_ACT_*: RNN f; GRU f (r z), g (n); LSTM f (i f o), g
                            (g), h (cell output) */
  float alpha[6];        /* [direction][slot] */
  float beta[6];         /* [direction][slot] */
} fr_desc;

typedef struct fr_layer fr_layer;   /* description, instruction set and products; immutable */
typedef struct fr_packed fr_packed; /* packed weights; immutable */
typedef struct fr_plan fr_plan;     /* workspace and schedule; one thread at a time */

/* ---- library, status, instruction sets ---- */
FR_API const char* fr_version(void);
FR_API const char* fr_status_text(int32_t status);
FR_API int32_t fr_last_status(void);
FR_API const char* fr_last_error(void);       /* thread-local; valid until the thread's next call */
FR_API const char* fr_isa_name(int32_t isa);  /* "plain", "neon", "avx2", "avx512"; "" if unknown */
FR_API int32_t fr_isa_built(int32_t isa);     /* 1: compiled into this library */
FR_API int32_t fr_isa_supported(int32_t isa); /* 1: built, and this CPU and OS run it */
FR_API int32_t fr_isa_best(void);
FR_API int32_t fr_products_default(int32_t isa); /* FR_PRODUCTS_PACKED or FR_PRODUCTS_OPENBLAS, by a
                                                    table of measurements; -1 if unknown */

/* ---- memory: 64-byte aligned, counted ---- */
FR_API fr_address fr_alloc(int64_t bytes); /* not cleared; 0 when the system refuses */
FR_API void fr_free(fr_address block);     /* 0 is allowed */
FR_API int64_t fr_live_bytes(void);        /* of fr_alloc, packed weights and plans */
FR_API int64_t fr_live_blocks(void);
FR_API void fr_fill(fr_address block, int64_t floats, float value);
FR_API void fr_copy(fr_address to, fr_address from, int64_t floats);

/* ---- OpenBLAS: opened on first real use, from the presets' own copy ---- */
/* Opens the library at path unless it is open. threads_owner 1: the process had not loaded it
 * before, so it is set to one thread, and our own workers run blocks of a product; 0: the
 * application owns its threads, and its setting is left alone. */
FR_API int32_t fr_blas_open(const char* path, int32_t threads_owner);
FR_API int32_t fr_blas_is_open(void);
/* 1: the process has it already (dlopen with RTLD_NOLOAD) */
FR_API int32_t fr_blas_loaded_before(const char* soname);
/* openblas_get_config and corename, "" while closed */
FR_API const char* fr_blas_config(void);
FR_API int32_t fr_blas_threads(void); /* -1 while closed */

/* ---- layers ---- */
/* The layer that all sizes, packed weights and plans below belong to: a checked copy of desc, for
 * one of FR_ISA_* and one of FR_PRODUCTS_*. Weights and plans work together if they were created
 * from the same fr_layer. NULL: invalid, or not supported with these products. */
FR_API fr_layer* fr_layer_create(const fr_desc* desc, int32_t isa, int32_t products);
/* At any time that no other call uses the handle: packed weights and plans stay valid. NULL is
 * allowed. */
FR_API void fr_layer_free(fr_layer* layer);

/* ---- packed weights ---- */
/* -1: invalid or overflow */
FR_API int64_t fr_pack_bytes(const fr_layer* layer, int32_t training);
/* weights: canonical block; offsets[(layer*D + direction)*FR_WEIGHT_KINDS + kind] = element offset
 * of the parameter, -1 = absent. training 1 also keeps what backward needs. The result is a
 * snapshot: later writes to the block do not reach it. plan (optional): its threads help, and no
 * other call may use it meanwhile; the bytes are the same without it. */
FR_API fr_packed* fr_pack(const fr_layer* layer, int32_t training, fr_address weights,
                          const int64_t* offsets, fr_plan* plan);
FR_API void fr_packed_free(fr_packed* packed); /* NULL is allowed */

/* ---- plans ---- */
/* A schedule is how a plan partitions the work over its threads, and how many rows one input
 * product takes; none changes a bit of the results. Where a schedule may be given, it is one of the
 * lines of fr_schedules for the same arguments, or NULL for the default, a rule. */
/* -1: invalid or overflow */
FR_API int64_t fr_plan_bytes(const fr_layer* layer, int32_t max_t, int32_t max_n, int32_t threads,
                             int32_t training, const char* schedule);
/* Serves any T <= max_t and N <= max_n. threads >= 1: at most that many work, including the
 * caller's; idle ones are parked. */
FR_API fr_plan* fr_plan_create(const fr_layer* layer, int32_t max_t, int32_t max_n, int32_t threads,
                               int32_t training, const char* schedule);
FR_API void fr_plan_free(fr_plan* plan); /* NULL is allowed */
/* Kernels and schedule in words; valid as long as the plan. */
FR_API const char* fr_plan_describe(const fr_plan* plan);

/* The schedules worth measuring for a plan of that size, one per line, the default first; valid
 * until the thread's next call of this function or of fr_plan_schedule, NULL on failure. */
FR_API const char* fr_schedules(const fr_layer* layer, int32_t max_t, int32_t max_n,
                                int32_t threads, int32_t training);
/* The plan's schedule; valid as fr_schedules. */
FR_API const char* fr_plan_schedule(const fr_plan* plan);
/* The plan's threads that work on a call of its full size. */
FR_API int32_t fr_plan_working_threads(const fr_plan* plan);
/* Bytes of a core's own cache of level 1 (data) or 2, or, level 3, of the last one, which cores
 * share; 0 for another level. */
FR_API int64_t fr_cache_bytes(int32_t level);

/* One inference call. lengths [N] int32 (optional: every row has T steps; values 0..T, checked by
 * the caller). x [T, N, C], y [T, N, D*H] (or batch-major). h0, hn [L*D, N, P or H], c0, cn [L*D,
 * N, H] (LSTM only), each optional: absent initial states are zero. hn may be h0 and cn may be c0.
 * Allocates nothing. */
FR_API int32_t fr_infer(fr_plan* plan, const fr_packed* packed, int32_t t, int32_t n,
                        fr_address lengths, fr_address x, fr_address h0, fr_address c0,
                        fr_address y, fr_address hn, fr_address cn);

/* The arguments of a training call; fields as in fr_infer. Backward is given what forward was
 * given, unchanged. */
typedef struct fr_call {
  int32_t t, n;
  fr_address lengths;   /* optional */
  fr_address x, h0, c0; /* h0, c0 optional */
  fr_address y, hn, cn; /* forward writes; hn, cn optional; backward does not read them */
  int64_t dropout_seed; /* Philox key */
  int64_t dropout_call; /* call number, part of the mask */
  fr_address reserve;   /* fr_reserve_bytes(...), 64-byte aligned: forward writes, backward reads */
  fr_address dy, dhn, dcn; /* backward: incoming gradients, each optional (zero) */
  fr_address dx, dh0, dc0; /* backward: overwritten, each optional */
  fr_address dweights;     /* backward: block of the offsets given to fr_pack, added to; optional */
} fr_call;

/* -1: invalid or overflow */
FR_API int64_t fr_reserve_bytes(const fr_layer* layer, int32_t t, int32_t n);
FR_API int32_t fr_forward(fr_plan* plan, const fr_packed* packed, const fr_call* call);
FR_API int32_t fr_backward(fr_plan* plan, const fr_packed* packed, const fr_call* call);

/* ---- dense operations; all matrices contiguous unless a leading dimension is given ---- */
/* How many threads each of these operations may use from now on in the whole process, including the
 * caller's: 1 to 1024, initially 1. They start with the first operation that is large enough, are
 * parked when idle, and change no bit of any result. */
FR_API int32_t fr_dense_threads(int32_t threads);
/* c[M, N] = alpha op(a) op(b) + beta c; op transposes; leading dimensions in elements. */
FR_API int32_t fr_gemm(int32_t trans_a, int32_t trans_b, int64_t m, int64_t n, int64_t k,
                       float alpha, fr_address a, int64_t lda, fr_address b, int64_t ldb,
                       float beta, fr_address c, int64_t ldc);
/* y[r, :] += bias */
FR_API int32_t fr_add_bias(fr_address y, fr_address bias, int64_t rows, int64_t cols);
/* dbias += sum over rows, ascending */
FR_API int32_t fr_bias_gradient(fr_address dy, fr_address dbias, int64_t rows, int64_t cols);
/* y[r, :] = table[ids[r], :] */
FR_API int32_t fr_gather(fr_address table, const int32_t* ids, int64_t rows, int64_t cols,
                         fr_address y);
/* table[ids[r], :] = x[r, :], in row order */
FR_API int32_t fr_scatter(fr_address x, const int32_t* ids, int64_t rows, int64_t cols,
                          fr_address table);
/* table[ids[r], :] += dy[r, :], in row order */
FR_API int32_t fr_scatter_add(fr_address dy, const int32_t* ids, int64_t rows, int64_t cols,
                              fr_address dtable);
/* Sum over rows with labels[r] != ignore of -log softmax(logits[r])[labels[r]]; dlogits (optional,
 * may be logits) = scale * gradient, zero in ignored rows. loss[0] = the sum, loss[1] = rows
 * counted, loss[2] = rows whose largest logit is the label. */
FR_API int32_t fr_softmax_cross_entropy(fr_address logits, const int32_t* labels, int32_t ignore,
                                        int64_t rows, int64_t classes, float scale,
                                        fr_address dlogits, double* loss);
FR_API int32_t fr_softmax(fr_address x, int64_t rows, int64_t cols, fr_address y); /* y may be x */
/* y may be x */
FR_API int32_t fr_activate(int32_t activation, float alpha, float beta, fr_address x, fr_address y,
                           int64_t n);
/* dx = dy * f'(x), given x and y = f(x); dx may be dy */
FR_API int32_t fr_activate_backward(int32_t activation, float alpha, float beta, fr_address x,
                                    fr_address y, fr_address dy, fr_address dx, int64_t n);
FR_API int32_t fr_dropout(fr_address x, fr_address y, int64_t t, int64_t n, int64_t units, float p,
                          int64_t seed, int64_t call,
                          int32_t layer); /* y[t, n, u] = x * mask / (1 - p); y may be x */
/* float64 accumulation by fixed parts and lanes, in index order */
FR_API double fr_sum(fr_address x, int64_t n);
FR_API double fr_sum_of_squares(fr_address x, int64_t n); /* likewise */
FR_API int32_t fr_scale(fr_address x, float factor, int64_t n);
FR_API int32_t fr_clamp(fr_address x, float low, float high, int64_t n);
FR_API int32_t fr_axpy(float a, fr_address x, fr_address y, int64_t n); /* y += a x */
/* Sum of (p - t)^2; dp (optional) = scale * 2 (p - t) */
FR_API double fr_squared_error(fr_address p, fr_address target, float scale, fr_address dp,
                               int64_t n);
/* Sum of max(z, 0) - z t + log(1 + e^-|z|); dz (optional) = scale * (sigmoid(z) - t) */
FR_API double fr_sigmoid_cross_entropy(fr_address z, fr_address target, float scale, fr_address dz,
                                       int64_t n);
/* g' = g + weight_decay w; v = momentum v + g'; w -= rate * (nesterov ? g' + momentum v : v).
 * velocity absent: momentum is 0. */
FR_API int32_t fr_sgd(fr_address w, fr_address g, fr_address velocity, float rate, float momentum,
                      float weight_decay, int32_t nesterov, int64_t n);
/* Kingma & Ba 2015, algorithm 1: step counts from 1. weight_decay is added to g, or, decoupled
 * (AdamW), to the update. */
FR_API int32_t fr_adam(fr_address w, fr_address g, fr_address m, fr_address v, float rate,
                       float beta1, float beta2, float epsilon, float weight_decay,
                       int32_t decoupled, int64_t step, int64_t n);

#ifdef __cplusplus
}
#endif
