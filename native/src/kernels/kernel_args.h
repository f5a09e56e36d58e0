// Arguments of the kernels, one struct each, and the layouts that kernels and drivers share.
//
// Letters: R rows (of one step or of many), K inner size, H units, G gates, V the instruction set's
// vector width in floats.
//
// Packed panels. A weight matrix [G*H, K] is cut into panels of NV vectors (NV * V columns): memory
// is [panel][k][NV][V], zero-filled past the last unit. With gates (LSTM: NV = G = 4, GRU: NV = G =
// 3) panel p holds units p*V .. p*V + V-1, gate g in vector g. A matrix without gates (RNN,
// projection, dense, W_hh for backward; G = 1, NV = 4) has columns p*4V .. p*4V + 4V-1 in order.
// Row r of a product in panel layout is [panel][NV][V], so that everything a gate kernel needs of V
// units lies side by side.
//
// The bit contract: every element is init + a[0] b[0] + a[1] b[1] + ... by fused multiply-add, k
// ascending, whatever the tile, the number of rows or the panel range. (The plain kernels round
// twice instead, in the same order.)
#pragma once

#include <cstdint>

namespace fusedrnn {

// Gate g of the V units of block b in row r lies at base + r*ld + b*block_stride + g*gate_stride.
// Panel layout with gates: block_stride = G*V, gate_stride = V; without gates and for gate-major
// rows [G][H]: block_stride = V, gate_stride = H. A last block of fewer than V units is read and
// written by mask.
struct GateView {
  float* base;
  int64_t ld;
  int64_t block_stride;
  int64_t gate_stride;
};

// Memory that is read right after a product: the product's kernel prefetches it into the
// second-level cache piece by piece while it computes, and advances the cursor.
struct PrefetchList {
  static constexpr int kMost = 4;
  struct Region {
    const float* at;
    int64_t floats;
  };
  Region regions[kMost];
  int count;
  int region;    // cursor
  int64_t done;  // floats of that region
};

// out[r, c] = init[r, c] + sum over k of a[r, k] * panels[c, k], for the columns of panels
// [panel_begin, panel_end).
struct GemmArgs {
  const float* a;  // [R, K], ld lda
  int64_t lda;
  int64_t rows;
  int64_t k;
  const float* panels;  // the whole packed matrix, 64-byte aligned
  int32_t vectors;      // NV: 3 or 4
  int64_t panel_begin;
  int64_t panel_end;
  const float* init;  // nullptr = 0; may be out
  int64_t ld_init;    // 0: one row serves all (a bias)
  float* out;         // [R, columns]
  int64_t ldo;
  int64_t columns;  // columns at or past this one are neither read from init nor written to out
  PrefetchList* prefetch;  // nullptr = none
};

// to[c, r] = from[r, c]; to[c, r] = 0 for rows <= r < width: what a panel needs past its last
// column.
struct TransposeArgs {
  const float* from;  // [rows, columns]
  int64_t ld_from;
  int64_t rows;  // may be 0 or less
  int64_t columns;
  float* to;  // [columns, width]
  int64_t ld_to;
  int64_t width;
};

// Products whose both sides are packed: weight gradients, whose inner index are the rows of many
// steps. The left side of such a product, a^T of a [K, M], is packed in tiles of Q columns of a, Q
// the table's tile_rows: memory is [tile][k][Q], zero-filled past the last column; storing it
// writes up to V floats beyond.
struct PackLeftArgs {
  const float* from;  // [K, columns]
  int64_t ld_from;
  int64_t k;
  int64_t columns;
  float* to;
};

// to[k, c] = from[k, c]; 0 for columns <= c < 4V.
struct PackPanelArgs {
  const float* from;  // [K, columns]
  int64_t ld_from;
  int64_t k;
  int64_t columns;  // 1 to 4V
  float* to;        // [K, 4V]
};

// out[m, c] = beta out[m, c] + sum over k of left[m, k] * panel[c, k]. The sum is made apart, k
// ascending from 0, and then added: the k of one call are a block of a longer sum, and the sum of
// blocks is the more accurate.
struct BlockArgs {
  const float* left;  // [tile][k][Q]
  int64_t k;
  int64_t rows;
  const float* panel;  // one, [k][4V]
  float beta;          // 0: out is not read
  float* out;
  int64_t ldo;
  int64_t columns;  // 1 to 4V
};

// to[c] += sum over rows, ascending, of values[r, c]; the sum is made apart.
struct ColumnSumsArgs {
  const float* values;  // [rows, columns]
  int64_t ld;
  int64_t rows;
  int64_t columns;
  float* to;
  float* also;  // a second place of the same sums, or nullptr
};

// What the gate mathematics of one time step of a standard cell reads and writes besides the gates.
struct CellArgs {
  int64_t rows;
  int64_t hidden;  // H
  bool save;       // training: keep what backward reads
  const float* h_prev;
  int64_t ld_h_prev;
  float* h_out;  // [R, H] (with projection: o * tanh(c), before it); must not be h_prev
  int64_t ld_h_out;
  const float* c_prev;  // LSTM: [R, H]
  int64_t ld_c_prev;
  float* c_out;  // LSTM: [R, H]; may be c_prev
  int64_t ld_c_out;
  const float* hidden_bias;  // GRU: b_hh of gate n, [H] padded to whole panels, never nullptr
  float* hidden_n;           // GRU, if save: W_hn h + b_hn, [R, H]
  int64_t ld_hidden_n;
  float cell_clip;     // LSTM: 0 = none
  int32_t activation;  // RNN: FR_ACT_TANH or FR_ACT_RELU, FR_ACT_SIGMOID, FR_ACT_IDENTITY
};

// One time step: recurrent product and gates, for the units of panels [panel_begin, panel_end).
// h_prev is [R, k].
struct StepArgs : CellArgs {
  int64_t k;            // H, or P with projection
  const float* panels;  // W_hh, [panel][k][NV][V]
  int64_t panel_begin;
  int64_t panel_end;
  bool descending;   // sweep the panels from the last: what is still in cache is used first
  int64_t l1_bytes;  // of the first-level data cache
  // The step's own input, where its product is not in gates yet: nullptr, or [R, inputs]. Then
  // gates are scratch, and no other value comes out than with the product made before.
  const float* x;
  int64_t ld_x;
  int64_t inputs;
  const float* input_panels;  // W_ih, cut as W_hh
  const float* bias;          // [panels*NV*V]
  // Panel layout, [R, panels*NV*V], in: input part with biases; the padding past H is read,
  // whatever it holds. Out, if save: LSTM i f g o, GRU r z n, all activated.
  float* gates;
  int64_t ld_gates;
};

// The gate mathematics alone, on finished pre-activations (products by OpenBLAS). h_prev is read by
// a GRU only, [R, H].
struct PointwiseArgs : CellArgs {
  // In: pre-activations (GRU: of gate n only the input part); out, if save: activated.
  GateView gates;
  // GRU: W_hh h of all gates without biases (r, z are added to gates; n gets hidden_bias).
  GateView recurrent;
};

// Backward of the gate mathematics of one step. dh comes in complete: from above and from the next
// step. A result may be an argument at the same place (dh_direct dh, dgates gate-major gates):
// every element is read before it is written.
struct PointwiseBackwardArgs {
  int64_t rows;
  int64_t hidden;
  GateView gates;   // activated, as saved by forward
  const float* dh;  // [R, H] gradient of h_out
  int64_t ld_dh;
  const float* c_prev;  // LSTM: saved cell states, after the clip
  int64_t ld_c_prev;
  const float* c;  // LSTM: c_out of this step
  int64_t ld_c;
  float* dc;  // LSTM: [R, H]; in: gradient of c_out from the next step; out: gradient of c_prev
  int64_t ld_dc;
  const float* h_prev;  // GRU: [R, H]
  int64_t ld_h_prev;
  const float* h;  // RNN: h_out
  int64_t ld_h;
  const float* hidden_n;  // GRU: as saved
  int64_t ld_hidden_n;
  float* dgates;  // [R, G*H] gate-major: gradients of the input-side pre-activations
  int64_t ld_dgates;
  // GRU: [R, 3*H] gate-major: gradients of the recurrent-side pre-activations: r, z equal dgates, n
  // times r.
  float* dgates_hidden;
  int64_t ld_dgates_hidden;
  float* dh_direct;  // GRU: [R, H] the part of dh_prev that does not pass a product: z * dh
  int64_t ld_dh_direct;
  float cell_clip;     // LSTM: dc is 0 where |c| reached the clip
  int32_t activation;  // RNN
};

}  // namespace fusedrnn
