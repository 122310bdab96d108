//! The little linear algebra that calibration and regression need, for matrices of a few dozen rows.

/// A solution x of `A x = b` for a symmetric positive semidefinite A: unknowns that others determine are 0.
#[must_use]
pub fn solve_semidefinite(matrix: Vec<Vec<f64>>, right: Vec<f64>) -> Vec<f64> {
    let order = right.len();
    let (mut a, mut b) = (matrix, right);
    let diagonal: Vec<f64> = (0..order).map(|i| a[i][i]).collect();
    let mut free = vec![false; order];
    for k in 0..order {
        if a[k][k] <= 1e-10 * diagonal[k] || diagonal[k] <= 0.0 {
            free[k] = true;
            continue;
        }
        let (pivot, rest) = a.split_at_mut(k + 1);
        let (pivot, (head, tail)) = (&pivot[k], b.split_at_mut(k + 1));
        for (row, right) in rest.iter_mut().zip(tail) {
            let factor = row[k] / pivot[k];
            row.iter_mut().zip(pivot).skip(k).for_each(|(value, above)| *value -= factor * above);
            *right -= factor * head[k];
        }
    }
    let mut x = vec![0.0; order];
    for k in (0..order).rev().filter(|k| !free[*k]) {
        let rest: f64 = (k + 1..order).map(|j| a[k][j] * x[j]).sum();
        x[k] = (b[k] - rest) / a[k][k];
    }
    x
}

/// The inverse of a symmetric positive definite matrix; `None` where it is not.
#[must_use]
pub fn inverse(matrix: &[Vec<f64>]) -> Option<Vec<Vec<f64>>> {
    let order = matrix.len();
    let mut a = matrix.to_vec();
    let mut inverse: Vec<Vec<f64>> =
        (0..order).map(|i| (0..order).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    for k in 0..order {
        if !super::positive(a[k][k]) || a[k][k] <= 1e-11 * matrix[k][k] {
            return None;
        }
        let pivot = a[k][k];
        a[k].iter_mut().chain(&mut inverse[k]).for_each(|value| *value /= pivot);
        for i in (0..order).filter(|i| *i != k) {
            let factor = a[i][k];
            for j in 0..order {
                a[i][j] -= factor * a[k][j];
                inverse[i][j] -= factor * inverse[k][j];
            }
        }
    }
    Some(inverse)
}

/// Eigenvalues and eigenvectors (as rows) of a symmetric matrix, by Jacobi's rotations.
#[must_use]
pub fn eigen(matrix: &[Vec<f64>]) -> (Vec<f64>, Vec<Vec<f64>>) {
    let order = matrix.len();
    let mut a = matrix.to_vec();
    let mut vectors: Vec<Vec<f64>> =
        (0..order).map(|i| (0..order).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    for _ in 0..100 {
        let off: f64 = (0..order).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| a[i][j].abs()).sum();
        if off < 1e-15 {
            break;
        }
        for p in 0..order {
            for q in p + 1..order {
                if a[p][q] == 0.0 {
                    continue;
                }
                let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
                let t = theta.signum() / (theta.abs() + (theta * theta + 1.0).sqrt());
                let t = if theta == 0.0 { 1.0 } else { t };
                let c = 1.0 / (t * t + 1.0).sqrt();
                let s = t * c;
                for row in &mut a {
                    let (x, y) = (row[p], row[q]);
                    row[p] = c * x - s * y;
                    row[q] = s * x + c * y;
                }
                for j in 0..order {
                    let (x, y) = (a[p][j], a[q][j]);
                    a[p][j] = c * x - s * y;
                    a[q][j] = s * x + c * y;
                    let (x, y) = (vectors[p][j], vectors[q][j]);
                    vectors[p][j] = c * x - s * y;
                    vectors[q][j] = s * x + c * y;
                }
            }
        }
    }
    ((0..order).map(|i| a[i][i]).collect(), vectors)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_singular_system_is_solved_without_its_surplus() {
        let matrix = vec![vec![2.0, 0.0, 2.0], vec![0.0, 3.0, 3.0], vec![2.0, 3.0, 5.0]];
        let x = solve_semidefinite(matrix.clone(), vec![4.0, 9.0, 13.0]);
        for (row, b) in matrix.iter().zip([4.0, 9.0, 13.0]) {
            let product: f64 = row.iter().zip(&x).map(|(a, x)| a * x).sum();
            assert!((product - b).abs() < 1e-12);
        }
        assert!(inverse(&matrix).is_none());
    }

    #[test]
    fn eigenvectors_rebuild_their_matrix() {
        let matrix = vec![vec![1.0, 0.5, 0.2], vec![0.5, 1.0, 0.3], vec![0.2, 0.3, 1.0]];
        let (values, vectors) = eigen(&matrix);
        let inverse = inverse(&matrix).unwrap();
        for i in 0..3 {
            for j in 0..3 {
                let rebuilt: f64 = (0..3).map(|k| values[k] * vectors[k][i] * vectors[k][j]).sum();
                assert!((rebuilt - matrix[i][j]).abs() < 1e-12);
                let one: f64 = (0..3).map(|k| matrix[i][k] * inverse[k][j]).sum();
                assert!((one - f64::from(u8::from(i == j))).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn systems_by_hand() {
        // 4x + 2y = 10, 2x + 5y = 13.
        let matrix = vec![vec![4.0, 2.0], vec![2.0, 5.0]];
        assert_eq!(solve_semidefinite(matrix.clone(), vec![10.0, 13.0]), [1.5, 2.0]);
        let found = inverse(&matrix).unwrap();
        for (found, expected) in found.concat().iter().zip([0.3125, -0.125, -0.125, 0.25]) {
            assert!((found - expected).abs() < 1e-15);
        }
        // Unknowns that nothing is said of, or that others determine, are 0.
        assert_eq!(solve_semidefinite(vec![vec![0.0, 0.0], vec![0.0, 2.0]], vec![0.0, 3.0]), [0.0, 1.5]);
        assert_eq!(solve_semidefinite(vec![vec![2.0, 2.0], vec![2.0, 2.0]], vec![6.0, 6.0]), [3.0, 0.0]);
    }

    #[test]
    fn matrices_without_an_inverse_have_none() {
        assert!(inverse(&[vec![0.0]]).is_none());
        assert!(inverse(&[vec![-1.0]]).is_none());
        assert!(inverse(&[vec![f64::NAN]]).is_none());
        // Far from singular in spite of small numbers; and singular but for rounding in spite of large ones.
        assert!(inverse(&[vec![1e-20, 0.0], vec![0.0, 1e-20]]).is_some());
        let nearly = 1e12 * (1.0 + 1e-13);
        assert!(inverse(&[vec![1e12, 1e12], vec![1e12, nearly]]).is_none());
    }

    #[test]
    fn eigenvalues_by_hand() {
        // Of [[2, 1], [1, 2]]: 1 and 3, along the diagonals; where nothing is off the diagonal, the diagonal.
        let (mut values, vectors) = eigen(&[vec![2.0, 1.0], vec![1.0, 2.0]]);
        assert!(vectors.iter().flatten().all(|x| (x.abs() - 0.5f64.sqrt()).abs() < 1e-15));
        values.sort_by(f64::total_cmp);
        assert!((values[0] - 1.0).abs() < 1e-15 && (values[1] - 3.0).abs() < 1e-15);
        assert_eq!(eigen(&[vec![5.0, 0.0], vec![0.0, 2.0]]).0, [5.0, 2.0]);
        let (values, _) = eigen(&[vec![6.0, 2.0], vec![2.0, 3.0]]);
        assert!((values[0] - 7.0).abs() < 1e-14 && (values[1] - 2.0).abs() < 1e-14, "{values:?}");
    }
}
