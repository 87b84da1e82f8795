<?php
/**
 * Plugin Name: Hamlet
 * Description: Has your own Hamlet judge each comment: it is published, held as pending, or filed as spam. Without a clear answer it is pending.
 * Version: 1.0.0
 * Requires at least: 5.5
 * Requires PHP: 7.4
 * License: MIT
 *
 * A file for wp-content/mu-plugins. In wp-config.php: HAMLET_URL, HAMLET_KEY and, to hear of clicks in Hamlet, HAMLET_WEBHOOK_SECRET.
 */

namespace Hamlet;

defined( 'ABSPATH' ) || exit;

/**
 * Asks about comments, tells what moderators say of them here, and heeds what they say in Hamlet.
 */
final class Plugin {

	// A visitor waits for it. Hamlet answers in milliseconds, and holds by itself after 0.8 seconds.
	const SECONDS = 1;
	// What a moderator said is told again after 1, 2, 4, … minutes, for about 17 hours.
	const MOST_ATTEMPTS = 11;
	const STATUSES = array( 'accept' => 'approve', 'hold' => 'hold', 'reject' => 'spam' );

	/** @var array The comment under way, as its author typed it. */
	private $typed = array();

	/** @var array What Hamlet said of it, for its metadata. */
	private $said = array();

	/** @var bool Whether Hamlet failed in this request: the rest of many clicks then need not wait for it. */
	private $is_down = false;

	public function __construct() {
		add_filter( 'preprocess_comment', array( $this, 'remember' ), 1 );
		add_filter( 'pre_comment_approved', array( $this, 'judge' ), 20, 2 );
		add_action( 'wp_insert_comment', array( $this, 'keep' ) );
		add_action( 'transition_comment_status', array( $this, 'learn' ), 10, 3 );
		add_action( 'hamlet_label', array( $this, 'tell' ), 10, 2 );
		add_action( 'rest_api_init', array( $this, 'listen' ) );
		add_filter( 'manage_edit-comments_columns', array( $this, 'add_column' ) );
		add_action( 'manage_comments_custom_column', array( $this, 'show' ), 10, 2 );
	}

	/** Keep a comment before WordPress cleans it: what is cleaned away tells much. */
	public function remember( $comment ) {
		$this->typed = $comment;
		return $comment;
	}

	/** Return the status of a new comment. What WordPress or another plugin would not publish stays unpublished. */
	public function judge( $approved, $comment ) {
		$this->said = array();
		if ( ! in_array( $approved, array( 0, 1, '0', '1' ), true ) || current_user_can( 'moderate_comments' ) ) {
			return $approved;
		}
		// What comes by the REST API is not announced before, and has no slashes of WordPress's own.
		$comment = $this->typed ? wp_unslash( $comment ) : $comment;
		$answer  = $this->post( '/v1/comments', $this->described( $comment, wp_unslash( $this->typed ) ) );
		$verdict = $answer['body']['verdict'] ?? '';
		if ( 200 !== $answer['status'] || ! isset( self::STATUSES[ $verdict ] ) ) {
			$this->said = array( 'hamlet_summary' => __( 'Held: Hamlet gave no answer.', 'hamlet' ) );
			return 0;
		}
		$this->said = array( 'hamlet_decision' => $answer['body']['id'], 'hamlet_summary' => $answer['body']['summary'] );
		if ( 'reject' === $verdict ) {
			return $answer['body']['discard'] && EMPTY_TRASH_DAYS ? 'trash' : 'spam';
		}
		return 'accept' === $verdict ? $approved : 0;
	}

	/** Keep what Hamlet said with the comment that it was about. */
	public function keep( $comment_id ) {
		foreach ( $this->said as $name => $value ) {
			add_comment_meta( $comment_id, $name, wp_slash( $value ), true );
		}
		$this->typed = array();
		$this->said  = array();
	}

	/** Tell Hamlet what a moderator's click says, if it says anything. */
	public function learn( $status, $before, $comment ) {
		$labels = array( 'unapproved approved' => 'ham', 'spam approved' => 'ham', 'spam unapproved' => 'ham' );
		$label  = 'spam' === $status ? 'spam' : ( $labels[ "$before $status" ] ?? '' );
		if ( ! $label || ! current_user_can( 'moderate_comments' ) || ! get_comment_meta( $comment->comment_ID, 'hamlet_decision', true ) ) {
			return;
		}
		$label = array( 'label' => $label, 'who' => wp_get_current_user()->user_login );
		update_comment_meta( $comment->comment_ID, 'hamlet_label', wp_slash( $label ) );
		$this->tell( (int) $comment->comment_ID );
	}

	/** Send the latest label of a comment, and try again later if it does not arrive. */
	public function tell( $comment_id, $attempt = 1 ) {
		$decision = get_comment_meta( $comment_id, 'hamlet_decision', true );
		$label    = get_comment_meta( $comment_id, 'hamlet_label', true );
		if ( ! $decision || ! $label ) {
			return; // It was deleted meanwhile.
		}
		$status        = $this->is_down ? 0 : $this->post( "/v1/comments/$decision/label", $label )['status'];
		$this->is_down = 0 === $status;
		if ( ( 0 === $status || 429 === $status || $status >= 500 ) && $attempt < self::MOST_ATTEMPTS ) {
			wp_schedule_single_event( time() + MINUTE_IN_SECONDS * 2 ** ( $attempt - 1 ), 'hamlet_label', array( $comment_id, $attempt + 1 ) );
		}
	}

	/** Open the address for Hamlet's webhook: /wp-json/hamlet/v1/webhook, or /?rest_route=/hamlet/v1/webhook. */
	public function listen() {
		if ( defined( 'HAMLET_WEBHOOK_SECRET' ) ) {
			register_rest_route( 'hamlet/v1', '/webhook', array(
				'methods'             => 'POST',
				'callback'            => array( $this, 'heed' ),
				'permission_callback' => array( $this, 'is_from_hamlet' ),
			) );
		}
	}

	/** Tell whether a request was signed by Hamlet in the last five minutes. */
	public function is_from_hamlet( $request ) {
		$time     = (string) $request->get_header( 'x_hamlet_timestamp' );
		$expected = 'sha256=' . hash_hmac( 'sha256', $time . '.' . $request->get_body(), HAMLET_WEBHOOK_SECRET );
		return hash_equals( $expected, (string) $request->get_header( 'x_hamlet_signature' ) ) && abs( time() - (int) $time ) < 5 * MINUTE_IN_SECONDS;
	}

	/** Do what a moderator decided in Hamlet, unless the comment is in the trash. */
	public function heed( $request ) {
		$event  = $request->get_json_params();
		$status = self::STATUSES[ $event['verdict'] ?? '' ] ?? null;
		if ( $status && in_array( $event['event'], array( 'decided', 'changed' ), true ) ) {
			$found = get_comments( array( 'meta_key' => 'hamlet_decision', 'meta_value' => $event['decision'], 'status' => array( 'all', 'spam' ) ) );
			foreach ( $found as $comment ) {
				wp_set_comment_status( $comment, $status );
			}
		}
		return array( 'status' => 'success' );
	}

	public function add_column( $columns ) {
		return $columns + array( 'hamlet' => 'Hamlet' );
	}

	public function show( $column, $comment_id ) {
		if ( 'hamlet' === $column ) {
			echo esc_html( get_comment_meta( $comment_id, 'hamlet_summary', true ) );
		}
	}

	/** Return a comment in Hamlet's words. */
	private function described( $comment, $typed ) {
		$words = array( 'comment_author', 'comment_author_email', 'comment_author_url', 'comment_content' );
		$typed = array_merge( $comment, array_intersect_key( $typed, array_flip( $words ) ) );
		$post  = get_post( $comment['comment_post_ID'] );
		$roles = empty( $comment['user_id'] ) ? array() : get_userdata( $comment['user_id'] )->roles;
		$known = array(
			'email'         => $typed['comment_author_email'],
			'url'           => $typed['comment_author_url'],
			'ip'            => (string) filter_var( $comment['comment_author_IP'], FILTER_VALIDATE_IP ),
			'user_agent'    => $comment['comment_agent'],
			'referrer'      => (string) wp_get_raw_referer(),
			'permalink'     => (string) get_permalink( $post ),
			'article_title' => get_the_title( $post ),
			'article_text'  => mb_substr( wp_strip_all_tags( $post->post_content ), 0, 20000 ),
			'type'          => $comment['comment_type'],
			'parent_id'     => empty( $comment['comment_parent'] ) ? '' : (string) $comment['comment_parent'],
			'author_role'   => implode( ',', $roles ),
			'language'      => get_bloginfo( 'language' ),
			'submitted_at'  => gmdate( 'Y-m-d\TH:i:s\Z' ),
		);
		return array( 'name' => $typed['comment_author'], 'comment' => $typed['comment_content'] ) + array_filter( $known, 'strlen' );
	}

	/** Return the status and the body of an answer; the status is 0 if there is none. */
	private function post( $path, $body ) {
		if ( ! defined( 'HAMLET_URL' ) || ! defined( 'HAMLET_KEY' ) ) {
			return array( 'status' => 0, 'body' => null );
		}
		$answer = wp_remote_post( untrailingslashit( HAMLET_URL ) . $path, array(
			'timeout'     => self::SECONDS,
			'redirection' => 0, // The key is for nobody else.
			'headers'     => array( 'Authorization' => 'Bearer ' . HAMLET_KEY, 'Content-Type' => 'application/json' ),
			'body'        => wp_json_encode( $body, JSON_UNESCAPED_UNICODE | JSON_INVALID_UTF8_SUBSTITUTE ),
		) );
		return array(
			'status' => (int) wp_remote_retrieve_response_code( $answer ),
			'body'   => json_decode( wp_remote_retrieve_body( $answer ), true ),
		);
	}
}

new Plugin();
