/* Depthwise convolutions of float32 pictures that lie channels-last, (N, H, W, C), and their two gradients.

   Channels are taken sixteen at a time. Of each picture those lanes are copied into a buffer with the padding around
   them, so that the inner loops know no borders: any kernel, stride, dilation, padding and number of channels will do.
   With `relu` the input counts where it is positive only. Sums over the pictures are kept in double precision; their
   order depends on the number of threads, and on nothing else. */

#include <stdlib.h>
#include <string.h>

#define LANES 16
#define BLOCK 8 /* outputs of a row computed at once */
#define INLINE static inline __attribute__((always_inline))

typedef float lanes __attribute__((vector_size(4 * LANES), aligned(4), may_alias));
typedef int mask __attribute__((vector_size(4 * LANES), aligned(4), may_alias));

typedef struct {
    long n, h, w, c;         /* the input */
    long oh, ow;             /* the output */
    long kh, kw, sh, sw;     /* kernel and stride */
    long ph, pw, dh, dw;     /* padding and dilation */
    long relu, threads;
} shape;

INLINE lanes load(const float *from, long some) {
    lanes v = {0};
    if (some == LANES) return *(const lanes *)from;
    memcpy(&v, from, 4 * some);
    return v;
}

INLINE void store(float *to, lanes v, long some) {
    if (some == LANES) *(lanes *)to = v;
    else memcpy(to, &v, 4 * some);
}

INLINE lanes positive(lanes v, lanes by) { return (lanes)((mask)v & (by > 0)); }

/* Lanes of one picture into a buffer (rows, width, LANES) of zeros: pixel (y, x) to (y * sh + top, x * sw + left).
   The next picture takes the same places, so that the zeros are written once. */
static void spread(const float *picture, long h, long w, long c, long some, int relu, float *buffer, long rows,
                   long width, long sh, long sw, long top, long left) {
    for (long y = 0; y < h && y * sh + top < rows; y++) {
        float *to = buffer + ((y * sh + top) * width + left) * LANES;
        const float *from = picture + y * w * c;
        for (long x = 0; x < w && x * sw + left < width; x++, from += c, to += sw * LANES) {
            lanes v = load(from, some);
            *(lanes *)to = relu ? positive(v, v) : v;
        }
    }
}

/* `count` neighbouring outputs of one row; `from` is the buffer at the first tap of the first. */
INLINE void row_part(const float *from, const float *kernel, long width, long kh, long kw, long sw, long dh, long dw,
                     const int count, lanes *sums) {
    for (int t = 0; t < count; t++) sums[t] = (lanes){0};
    for (long i = 0; i < kh; i++) {
        const float *row = from + i * dh * width * LANES;
        for (long j = 0; j < kw; j++, kernel += LANES) {
            lanes weight = *(const lanes *)kernel;
            const float *tap = row + j * dw * LANES;
            for (int t = 0; t < count; t++) sums[t] += weight * *(const lanes *)(tap + t * sw * LANES);
        }
    }
}

/* A window moved over the buffer: (oh, ow) outputs of stride (sh, sw), kept only where `by` is positive, if given. */
INLINE void convolve(const float *buffer, long width, const float *kernel, long kh, long kw, long sh, long sw, long dh,
                     long dw, float *out, const float *by, long oh, long ow, long c, long some) {
    for (long y = 0; y < oh; y++) {
        const float *from = buffer + y * sh * width * LANES;
        for (long x = 0; x < ow;) {
            lanes sums[BLOCK];
            long left = ow - x, count = left >= BLOCK ? BLOCK : left >= 4 ? 4 : 1;
            const float *at = from + x * sw * LANES;
            if (count == BLOCK) row_part(at, kernel, width, kh, kw, sw, dh, dw, BLOCK, sums);
            else if (count == 4) row_part(at, kernel, width, kh, kw, sw, dh, dw, 4, sums);
            else row_part(at, kernel, width, kh, kw, sw, dh, dw, 1, sums);
            long place = (y * ow + x) * c;
            for (long t = 0; t < count; t++, place += c)
                store(out + place, by ? positive(sums[t], load(by + place, some)) : sums[t], some);
            x += count;
        }
    }
}

/* Common sizes are written out by the compiler, with all that is known of them. */
#define SQUARE(call, step, far)                                              \
    {                                                                        \
        if (s->kh == 3 && s->kw == 3) call(3, 3, step, far);                 \
        else if (s->kh == 5 && s->kw == 5) call(5, 5, step, far);            \
        else call(s->kh, s->kw, step, far);                                  \
    }

/* Weights (C, kh, kw) of some lanes as (kh * kw, LANES), turned round for the gradient of the input. */
static void gather(const float *weight, long taps, long some, int turned, float *kernel) {
    memset(kernel, 0, 4 * LANES * taps);
    for (long t = 0; t < taps; t++)
        for (long l = 0; l < some; l++) kernel[(turned ? taps - 1 - t : t) * LANES + l] = weight[l * taps + t];
}

static float *room(long floats) {
    size_t bytes = (4 * floats + 63) / 64 * 64;
    float *made = aligned_alloc(64, bytes);
    if (made) memset(made, 0, bytes);
    return made;
}

static long some_lanes(long c, long block) { return c - block * LANES < LANES ? c - block * LANES : LANES; }

/* Pictures (h, w) spread into a buffer (rows, width), and a window that moves over it from `skip` on in steps of
   (sh, sw) and gives pictures (oh, ow). */
typedef struct {
    const float *from;
    long h, w, gap_h, gap_w, top, left;
    long rows, width, skip;
    float *to;
    long oh, ow, sh, sw;
    const float *by; /* what is given counts where this is positive, if it is there */
    int relu, turned;
} window;

static int move(const shape *s, const window *v, const float *weight) {
    long taps = s->kh * s->kw, blocks = (s->c + LANES - 1) / LANES;
    int failed = 0;
#pragma omp parallel num_threads(s->threads) reduction(| : failed)
    {
        float *buffer = room(v->rows * v->width * LANES), *kernel = room(taps * LANES);
        long known = -1;
        failed = !buffer || !kernel;
#pragma omp for schedule(static)
        for (long task = 0; task < blocks * s->n; task++) {
            if (failed) continue;
            long block = task / s->n, n = task % s->n, some = some_lanes(s->c, block), first = block * LANES;
            if (block != known) gather(weight + first * taps, taps, some, v->turned, kernel);
            known = block;
            spread(v->from + n * v->h * v->w * s->c + first, v->h, v->w, s->c, some, v->relu, buffer, v->rows,
                   v->width, v->gap_h, v->gap_w, v->top, v->left);
            long place = n * v->oh * v->ow * s->c + first;
            const float *by = v->by ? v->by + place : NULL;
#define CALL(a, b, step, far)                                                                                          \
    convolve(buffer + v->skip * LANES, v->width, kernel, a, b, v->sh, step, s->dh, far, v->to + place, by, v->oh,      \
             v->ow, s->c, some)
            if (v->sw == 1 && s->dw == 1) SQUARE(CALL, 1, 1)
            else if (v->sw == 1) SQUARE(CALL, 1, s->dw)
            else SQUARE(CALL, v->sw, s->dw)
#undef CALL
        }
        free(buffer);
        free(kernel);
    }
    return failed;
}

int depthwise(const shape *s, const float *x, const float *weight, float *y) {
    window over = {.from = x, .h = s->h, .w = s->w, .gap_h = 1, .gap_w = 1, .top = s->ph, .left = s->pw,
                   .rows = s->h + 2 * s->ph, .width = s->w + 2 * s->pw,
                   .to = y, .oh = s->oh, .ow = s->ow, .sh = s->sh, .sw = s->sw, .relu = s->relu};
    return move(s, &over, weight);
}

/* The gradient of the input: the gradient of the output with zeros between its pixels, under the kernel turned round. */
int depthwise_input(const shape *s, const float *gradient, const float *weight, const float *x, float *dx) {
    long top = (s->kh - 1) * s->dh, left = (s->kw - 1) * s->dw, width = s->w + s->pw + left;
    window over = {.from = gradient, .h = s->oh, .w = s->ow, .gap_h = s->sh, .gap_w = s->sw, .top = top, .left = left,
                   .rows = s->h + s->ph + top, .width = width, .skip = s->ph * width + s->pw,
                   .to = dx, .oh = s->h, .ow = s->w, .sh = 1, .sw = 1, .by = s->relu ? x : NULL, .turned = 1};
    return move(s, &over, weight);
}

/* One row of taps, summed over one picture: two sums a tap, so that additions need not wait for each other. */
INLINE void row_of_taps(const float *buffer, long width, const float *gradient, long stride, long oh, long ow, long sh,
                        long sw, long dw, const long kw, double *sums) {
    for (long first = 0; first < kw; first += 8) {
        const long taps = kw - first < 8 ? kw - first : 8;
        lanes even[8], odd[8];
        for (long j = 0; j < taps; j++) even[j] = odd[j] = (lanes){0};
        for (long y = 0; y < oh; y++) {
            const float *g = gradient + y * ow * stride, *tap = buffer + (y * sh * width + first * dw) * LANES;
            long x = 0;
            for (; x + 1 < ow; x += 2, g += 2 * stride, tap += 2 * sw * LANES) {
                lanes a = *(const lanes *)g, b = *(const lanes *)(g + stride);
                for (long j = 0; j < taps; j++) {
                    even[j] += a * *(const lanes *)(tap + j * dw * LANES);
                    odd[j] += b * *(const lanes *)(tap + (sw + j * dw) * LANES);
                }
            }
            if (x < ow)
                for (long j = 0; j < taps; j++) even[j] += *(const lanes *)g * *(const lanes *)(tap + j * dw * LANES);
        }
        for (long j = 0; j < taps; j++)
            for (long l = 0; l < LANES; l++) sums[(first + j) * LANES + l] += (double)even[j][l] + odd[j][l];
    }
}

int depthwise_weight(const shape *s, const float *gradient, const float *x, float *dweight) {
    long rows = s->h + 2 * s->ph, width = s->w + 2 * s->pw, taps = s->kh * s->kw, area = s->oh * s->ow;
    long blocks = (s->c + LANES - 1) / LANES, each = taps * LANES;
    double *sums = calloc(s->threads * blocks * each, sizeof(double));
    int failed = !sums;
    if (failed) return failed;
#pragma omp parallel num_threads(s->threads) reduction(| : failed)
    {
        float *buffer = room(rows * width * LANES), *copy = room(area * LANES);
        failed = !buffer || !copy;
#ifdef _OPENMP
        extern int omp_get_thread_num(void);
        double *mine = sums + omp_get_thread_num() * blocks * each;
#else
        double *mine = sums;
#endif
#pragma omp for schedule(static)
        for (long task = 0; task < blocks * s->n; task++) {
            if (failed) continue;
            long block = task / s->n, n = task % s->n, some = some_lanes(s->c, block), first = block * LANES;
            spread(x + n * s->h * s->w * s->c + first, s->h, s->w, s->c, some, s->relu, buffer, rows, width, 1, 1,
                   s->ph, s->pw);
            const float *g = gradient + n * area * s->c + first;
            long stride = s->c;
            if (some < LANES) {
                spread(g, s->oh, s->ow, s->c, some, 0, copy, s->oh, s->ow, 1, 1, 0, 0);
                g = copy;
                stride = LANES;
            }
            double *sum = mine + block * each;
            for (long i = 0; i < s->kh; i++, sum += s->kw * LANES) {
                const float *from = buffer + i * s->dh * width * LANES;
                if (s->kw == 3) row_of_taps(from, width, g, stride, s->oh, s->ow, s->sh, s->sw, s->dw, 3, sum);
                else if (s->kw == 5) row_of_taps(from, width, g, stride, s->oh, s->ow, s->sh, s->sw, s->dw, 5, sum);
                else row_of_taps(from, width, g, stride, s->oh, s->ow, s->sh, s->sw, s->dw, s->kw, sum);
            }
        }
        free(buffer);
        free(copy);
    }
    for (long c = 0; c < s->c; c++)
        for (long t = 0; t < taps; t++) {
            double sum = 0;
            for (long thread = 0; thread < s->threads; thread++)
                sum += sums[(thread * blocks + c / LANES) * each + t * LANES + c % LANES];
            dweight[c * taps + t] = (float)sum;
        }
    free(sums);
    return failed;
}
